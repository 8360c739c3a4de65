package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.sun.net.httpserver.HttpServer;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.ApprovePromotion;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.registry.GateVerdict;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.registry.MoveReason;
import io.finemesh.contract.registry.RegistryCommand;
import io.finemesh.contract.registry.RegistryEvent;
import io.finemesh.contract.webhook.WebhookDelivered;
import io.finemesh.contract.webhook.WebhookEvent;
import io.finemesh.contract.webhook.WebhookGivenUp;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.finemesh.gateway.fake.SampleRun;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class AliasResourceTest {
    private final EventCodec codec = new EventCodec();
    private final String model = "model-" + UUID.randomUUID().toString().substring(0, 8);

    FakeStore store;

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @Inject
    Clock clock;

    @BeforeEach
    void ready() {
        store.reset();
        await().until(board::rebuilt);
    }

    @Test
    void anAliasIsMovedByAskingTheScheduler() {
        given().contentType("application/json")
                .body("{\"checkpoint\": \"tiny\", \"reason\": \"by hand\", \"by\": \"ada\"}")
                .put("/v1/aliases/" + model + "/champion")
                .then()
                .statusCode(202);

        MoveAlias move = (MoveAlias) commands().getLast();
        assertThat(move.to()).contains(SampleRun.checkpoint(-1));
        assertThat(move.by()).isEqualTo("ada");
        given().get("/v1/aliases/" + model + "/champion").then().statusCode(404);

        moved(1, Optional.empty(), SampleRun.checkpoint(-1), MoveReason.COMMANDED);
        given().get("/v1/aliases/" + model + "/champion")
                .then()
                .statusCode(200)
                .body("checkpoint", equalTo(SampleRun.checkpoint(-1).value()))
                .body("moves[0].by", equalTo("ada"));
        given().get("/v1/aliases").then().body("aliases.model", hasItem(model));
        given().contentType("application/yaml")
                .body(("checkpoint: " + model + "@champion\ndataset: sums\ntasks: [{task: held_out_loss}]")
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(202)
                .body("checkpoint", equalTo(SampleRun.checkpoint(-1).value()));
    }

    @Test
    void whatCannotBeDoneIsRefusedInWords() {
        given().contentType("application/json")
                .body("{\"checkpoint\": \"nobody\"}")
                .put("/v1/aliases/" + model + "/champion")
                .then()
                .statusCode(404)
                .body("detail", containsString("nobody"));
        given().contentType("application/json")
                .body("{}")
                .put("/v1/aliases/" + model + "/champion")
                .then()
                .statusCode(400);
        given().contentType("application/json")
                .body("{\"checkpoint\": \"tiny\"}")
                .put("/v1/aliases/" + model + "/Not-One")
                .then()
                .statusCode(400);
        given().post("/v1/aliases/" + model + "/champion/rollback").then().statusCode(404);
        moved(1, Optional.empty(), SampleRun.checkpoint(-1), MoveReason.COMMANDED);
        given().post("/v1/aliases/" + model + "/champion/rollback")
                .then()
                .statusCode(409)
                .body("detail", containsString("nothing held"));
        given().post("/v1/aliases/" + model + "/champion/approve").then().statusCode(409);
    }

    @Test
    void aChallengerThatWaitsIsApproved() {
        decided(GateVerdict.AWAITING_APPROVAL);
        given().get("/v1/aliases/" + model + "/champion")
                .then()
                .body("awaiting", equalTo(SampleRun.checkpoint(2).value()))
                .body("decisions[0].verdict", equalTo("awaiting_approval"));

        given().contentType("application/json")
                .body("{\"by\": \"ada\"}")
                .post("/v1/aliases/" + model + "/champion/approve")
                .then()
                .statusCode(202);

        ApprovePromotion approved = (ApprovePromotion) commands().getLast();
        assertThat(approved.challenger()).isEqualTo(SampleRun.checkpoint(2));
    }

    @Test
    void whyWalksFromTheAliasToTheRun() {
        broker.say(SampleRun.occurrences());
        EventId decision = decided(GateVerdict.PROMOTED);
        say(new AliasMoved(
                model,
                "champion",
                1,
                Optional.empty(),
                SampleRun.checkpoint(2),
                MoveReason.PROMOTED,
                "policy nightly",
                Optional.of(decision),
                "exact_match is 0.5"));

        await().untilAsserted(() -> given().get("/v1/aliases/" + model + "/champion/why")
                .then()
                .statusCode(200)
                .body("checkpoint", equalTo(SampleRun.checkpoint(2).value()))
                .body("chain.kind", hasItem("gate"))
                .body(
                        "chain.findAll { it.kind == 'checkpoint' }.sentence",
                        hasItem(containsString("after 15 steps in 3 segments")))
                .body("chain.kind", hasItem("run"))
                .body(
                        "chain.findAll { it.kind == 'segment' }.sentence",
                        contains(
                                containsString("segment 2 trained steps 11 to 15 of layer.0"),
                                containsString("segment 1 trained steps 6 to 10 of layer.1"),
                                containsString("segment 0 trained steps 1 to 5 of layer.0")))
                .body(
                        "chain.findAll { it.kind == 'base' }.sentence",
                        contains(containsString(SampleRun.MODEL.checkpoint() + ", which was imported")))
                .body("chain.kind", hasItem("data"))
                .body("chain.kind", hasItem("trigger"))
                .body("chain[0].sentence", containsString("promoted by policy nightly")));
    }

    @Test
    void theOutsideIsToldSignedAndAgainUntilItTakesIt() throws Exception {
        List<String> signatures = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/ok", exchange -> {
            signatures.add(exchange.getRequestHeaders().getFirst("webhook-signature"));
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(calls.incrementAndGet() < 3 ? 503 : 204, -1);
            exchange.close();
        });
        receiver.createContext("/gone", exchange -> {
            exchange.sendResponseHeaders(410, -1);
            exchange.close();
        });
        receiver.start();
        String base = "http://127.0.0.1:" + receiver.getAddress().getPort();
        try {
            policy(base);
            decided(GateVerdict.REJECTED);

            await().untilAsserted(() -> assertThat(outcomes(base)).hasSize(3));
            assertThat(outcomes(base))
                    .filteredOn(WebhookDelivered.class::isInstance)
                    .singleElement()
                    .isInstanceOfSatisfying(WebhookDelivered.class, delivered -> {
                        assertThat(delivered.url()).endsWith("/ok");
                        assertThat(delivered.attempts()).isEqualTo(3);
                    });
            assertThat(outcomes(base))
                    .filteredOn(WebhookGivenUp.class::isInstance)
                    .extracting(outcome -> ((WebhookGivenUp) outcome).reason())
                    .anyMatch(reason -> reason.contains("410"))
                    .anyMatch(reason -> reason.contains("no secret named 'unknown'"));
            assertThat(signatures).hasSize(3).allMatch(signature -> signature.startsWith("v1,"));
        } finally {
            receiver.stop(0);
        }
    }

    private void policy(String base) {
        given().contentType("application/json")
                .body("x\n".repeat(4).getBytes(UTF_8))
                .post("/v1/datasets/stream/records")
                .then()
                .statusCode(201);
        store.name(model);
        given().contentType("application/yaml")
                .body("""
                        model: %1$s
                        dataset: stream
                        triggers: [{kind: volume, samples: 5}]
                        run: {duration: {max_steps: 10}, evaluation: {tasks: [{task: held_out_loss}]}}
                        gate: {rules: [{rule: no_regression, task: held_out_loss, metric: loss, better: lower}]}
                        webhooks:
                          - {url: "%2$s/ok", secret: known}
                          - {url: "%2$s/gone", secret: known}
                          - {url: "%2$s/other", secret: unknown}
                        """.formatted(model, base).getBytes(UTF_8))
                .put("/v1/policies/hooks-" + model)
                .then()
                .statusCode(200);
    }

    private List<WebhookEvent> outcomes(String base) {
        return broker.records(Topics.WEBHOOKS.name()).stream()
                .map(record -> codec.decode(Topics.WEBHOOKS, record).body())
                .filter(outcome -> outcome.url().startsWith(base))
                .toList();
    }

    private EventId decided(GateVerdict verdict) {
        return say(new GateDecided(
                model,
                "champion",
                "nightly",
                1,
                Optional.of(SampleRun.ID),
                SampleRun.checkpoint(2),
                Optional.empty(),
                verdict,
                List.of(),
                List.of(),
                List.of(),
                "as it came out"));
    }

    private void moved(long revision, Optional<CheckpointId> from, CheckpointId to, MoveReason reason) {
        say(new AliasMoved(model, "champion", revision, from, to, reason, "ada", Optional.empty(), "by hand"));
    }

    private EventId say(RegistryEvent event) {
        EventId id = new EventId(UUID.randomUUID().toString());
        broker.say(
                Topics.REGISTRY,
                Envelope.starting(id, "/scheduler", event.subject(), clock.instant(), Optional.empty(), event));
        await().until(() -> board.read(mesh ->
                mesh.registry().said().stream().anyMatch(said -> said.id().equals(id))));
        return id;
    }

    private List<RegistryCommand> commands() {
        return broker.records(Topics.REGISTRY_COMMANDS.name()).stream()
                .map(record -> codec.decode(Topics.REGISTRY_COMMANDS, record).body())
                .filter(command -> command.model().equals(model))
                .toList();
    }
}
