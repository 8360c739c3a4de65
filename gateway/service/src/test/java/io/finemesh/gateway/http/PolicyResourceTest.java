package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.FireId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.run.RunRejected;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.trigger.FirePolicy;
import io.finemesh.contract.trigger.FireReason;
import io.finemesh.contract.trigger.RefuseFire;
import io.finemesh.contract.trigger.ReportOutsideEvent;
import io.finemesh.contract.trigger.TriggerCommand;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class PolicyResourceTest {
    private static final String POLICY = """
            model: tiny
            dataset: stream
            triggers: [{kind: volume, samples: 5}]
            run: {duration: {max_steps: 10}, evaluation: {tasks: [{task: held_out_loss}]}}
            gate: {rules: [{rule: no_regression, task: held_out_loss, metric: loss, better: lower}]}
            """;

    private final EventCodec codec = new EventCodec();
    private final String name = "policy-" + UUID.randomUUID();

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
        given().contentType("application/json")
                .body("x\n".repeat(4).getBytes(UTF_8))
                .post("/v1/datasets/stream/records")
                .then()
                .statusCode(201);
    }

    private void apply(String yaml, int status) {
        given().contentType("application/yaml")
                .body(yaml.getBytes(UTF_8))
                .put("/v1/policies/" + name)
                .then()
                .statusCode(status);
    }

    @Test
    void aPolicyIsSetChangedSwitchedAndWithdrawn() {
        apply(POLICY, 200);
        apply(POLICY, 200);
        given().get("/v1/policies/" + name)
                .then()
                .statusCode(200)
                .body("revision", equalTo(1))
                .body("alias", equalTo("champion"))
                .body("triggers[0].kind", equalTo("volume"))
                .body("run.duration.max_steps", equalTo(10))
                .body("gate.rules[0].rule", equalTo("no_regression"));
        apply(POLICY.replace("samples: 5", "samples: 6"), 200);
        given().post("/v1/policies/" + name + "/disable")
                .then()
                .statusCode(200)
                .body("revision", equalTo(3))
                .body("enabled", equalTo(false));
        given().get("/v1/policies").then().statusCode(200).body("policies.name", hasItem(name));
        given().delete("/v1/policies/" + name).then().statusCode(204);
        given().get("/v1/policies/" + name).then().statusCode(404).body("detail", containsString(name));
        apply(POLICY, 200);
        given().get("/v1/policies/" + name).then().body("revision", equalTo(5));
    }

    @Test
    void everyFaultIsNamedAlsoThoseThatTheStoreKnows() {
        given().contentType("application/yaml")
                .body(POLICY.replace("model: tiny", "model: tinny")
                        .replace("samples: 5", "samples: x")
                        .replace("dataset: stream", "dataset: sums")
                        .getBytes(UTF_8))
                .put("/v1/policies/" + name)
                .then()
                .statusCode(422)
                .body("type", equalTo("urn:finemesh:problem:invalid-definition"))
                .body("errors.pointer", hasItem("/model"))
                .body("errors.pointer", hasItem("/dataset"))
                .body("errors.pointer", hasItem("/triggers/0/samples"));
    }

    @Test
    void whatTheEvaluationOfItsRunsNamesHasToBeThereButForItsOwnGrowingData() {
        String yaml = POLICY.replace("dataset: stream", "dataset: not-yet").replace("""
                tasks: [{task: held_out_loss}]""", """
                tasks: [{task: held_out_loss}, {task: svamp, dataset: svamp-test}, {task: update_report}], \
                against: nobody""");
        given().contentType("application/yaml")
                .body(yaml.getBytes(UTF_8))
                .put("/v1/policies/" + name)
                .then()
                .statusCode(422)
                .body("errors.pointer", hasSize(2))
                .body("errors.pointer", hasItem("/run/evaluation/tasks/1/dataset"))
                .body("errors.pointer", hasItem("/run/evaluation/against"));
        store.addDataset("svamp-test", "documents");
        apply(yaml.replace("against: nobody", "against: tiny"), 200);
    }

    @Test
    void aFiringCarriesWhatItsEvaluationNames() {
        store.addDataset("questions", "documents");
        store.addDataset("prompts", "documents");
        apply(
                POLICY.replace(
                        "tasks: [{task: held_out_loss}]",
                        "tasks: [{task: held_out_loss, dataset: 'stream:held-out'}, {task: mt_bench, dataset: questions}, "
                                + "{task: update_report}], judge: {url: 'http://host/v1', model: m, prompts: prompts}"),
                200);
        TriggerFired fired = fired("evaluated", false);
        say(fired, "event-evaluated");

        await().untilAsserted(() -> assertThat(submissions(fired.runId())).hasSize(1));
        SubmitRun submitted = submissions(fired.runId()).getFirst();
        assertThat(submitted.evaluation().orElseThrow().datasets())
                .containsOnlyKeys("stream@1:held-out", "questions", "prompts");
        assertThat(submitted.specification().evaluation().judge()).isPresent();
        assertThat(submitted.evaluationDataset()).isEmpty();
        assertThat(submitted.base()).isEqualTo(fired.baseCheckpoint().orElseThrow());
    }

    @Test
    void requestsAndOutsideEventsReachTheTriggers() {
        apply(POLICY, 200);
        given().post("/v1/policies/" + name + "/fire?dry_run=true&reason=curiosity")
                .then()
                .statusCode(202)
                .body("dryRun", equalTo(true));
        given().contentType("application/cloudevents+json")
                .body(("{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/a\",\"type\":\"" + name + "\"}")
                        .getBytes(UTF_8))
                .post("/v1/events")
                .then()
                .statusCode(202);
        given().header("ce-specversion", "1.0")
                .header("ce-id", "8")
                .header("ce-source", "/a")
                .header("ce-type", name)
                .post("/v1/events")
                .then()
                .statusCode(202);

        List<TriggerCommand> said = said(Topics.TRIGGER_COMMANDS);
        assertThat(said).anySatisfy(command -> assertThat(command).isInstanceOfSatisfying(FirePolicy.class, fire -> {
            assertThat(fire.policy()).isEqualTo(name);
            assertThat(fire.dryRun()).isTrue();
            assertThat(fire.reason()).isEqualTo("curiosity");
        }));
        assertThat(said)
                .contains(
                        new ReportOutsideEvent(name, "/a", "7", Optional.empty()),
                        new ReportOutsideEvent(name, "/a", "8", Optional.empty()));
    }

    /** A webhook may lead back here, or to the gateway of a mesh whose webhooks lead here: what a mesh says fires no policy. */
    @Test
    void whatAMeshSaysThroughItsWebhooksFiresNoPolicy() {
        int before = said(Topics.TRIGGER_COMMANDS).size();
        for (String type : List.of("io.finemesh.registry.alias-moved.v1", "io.finemesh.registry.gate-decided.v1")) {
            given().contentType("application/cloudevents+json")
                    .body(("{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/a\",\"type\":\"" + type
                                    + "\",\"data\":{}}")
                            .getBytes(UTF_8))
                    .post("/v1/events")
                    .then()
                    .statusCode(400)
                    .body("errors", hasSize(1))
                    .body("errors[0].message", containsString("the mesh's own"));
            // The body of a webhook as it is sent.
            given().contentType("application/json")
                    .header("webhook-id", "e-1")
                    .body(("{\"type\":\"" + type + "\",\"id\":\"e-1\",\"data\":{}}").getBytes(UTF_8))
                    .post("/v1/events")
                    .then()
                    .statusCode(400);
        }
        assertThat(said(Topics.TRIGGER_COMMANDS)).hasSize(before);
    }

    @Test
    void whatIsNoCloudEventIsRefusedWithEveryFault() {
        given().contentType("application/cloudevents+json")
                .body("{\"specversion\":\"0.3\",\"type\":\"io.finemesh.x\"}".getBytes(UTF_8))
                .post("/v1/events")
                .then()
                .statusCode(400)
                .body("errors", hasSize(4));
        given().contentType("application/cloudevents+json")
                .body("{".getBytes(UTF_8))
                .post("/v1/events")
                .then()
                .statusCode(400);
        given().post("/v1/policies/none/fire").then().statusCode(404);
        given().post("/v1/policies/none/fire?dry_run=maybe").then().statusCode(400);
    }

    @Test
    void aFiringBecomesOneRunHoweverOftenItIsHeard() {
        apply(POLICY, 200);
        TriggerFired fired = fired("tiny-llama-base", false);
        for (int time = 0; time < 3; time++) {
            say(fired, "event-" + time);
        }

        await().untilAsserted(() -> assertThat(submissions(fired.runId())).hasSize(1));
        SubmitRun submitted = submissions(fired.runId()).getFirst();
        assertThat(submitted.origin().orElseThrow().fireId()).isEqualTo(fired.fireId());
        assertThat(submitted.model().checkpoint())
                .isEqualTo(fired.baseCheckpoint().orElseThrow());
        assertThat(submitted.dataset().version()).isEqualTo(new DatasetVersion("stream@1"));
        assertThat(submitted.dataset().inParts()).isTrue();
        assertThat(submitted.specification().evaluation().dataset()).contains("stream@1:held-out");
        given().get("/v1/policies/" + name)
                .then()
                .body("said[0].what", equalTo("fired"))
                .body("said[0].runId", equalTo(fired.runId().value()))
                .body("said[0].why.sentence", equalTo("because"));
        say(fired("dry", true), "dry-event");
        say(fired, "late-event");
        await().untilAsserted(() -> given().get("/v1/policies/" + name).then().body("said", hasSize(2)));
        assertThat(submissions(fired.runId())).hasSize(1);
    }

    @Test
    void aFiringWhoseRunIsRejectedTellsWhy() {
        apply(POLICY, 200);
        TriggerFired fired = fired("rejected", false);
        say(fired, "event-rejected");
        await().untilAsserted(() -> assertThat(submissions(fired.runId())).hasSize(1));
        broker.say(
                Topics.RUN_EVENTS,
                Envelope.<RunEvent>starting(
                        new EventId("rejection-" + name),
                        "/scheduler",
                        fired.runId().value(),
                        clock.instant(),
                        Optional.empty(),
                        new RunRejected(
                                fired.runId(), new Failure(FailureCode.INVALID_SPECIFICATION, "it cannot be"))));

        await().untilAsserted(() -> given().get("/v1/policies/" + name)
                .then()
                .body("said[0].phase", equalTo("rejected"))
                .body("said[0].failure", equalTo("it cannot be")));
    }

    @Test
    void aFiringOfAWithdrawnPolicyIsRefusedOnce() {
        TriggerFired fired = fired("withdrawn", false);
        say(fired, "event-withdrawn");

        await().untilAsserted(() -> assertThat(said(Topics.TRIGGER_COMMANDS).stream()
                        .filter(RefuseFire.class::isInstance)
                        .map(RefuseFire.class::cast)
                        .filter(refused -> refused.fireId().equals(fired.fireId())))
                .singleElement()
                .satisfies(refused ->
                        assertThat(refused.failure().message()).contains("withdrawn before its run was submitted")));
        assertThat(submissions(fired.runId())).isEmpty();
    }

    @Test
    void aStoreThatIsAwayDelaysAFiringAndDoesNotRefuseIt() {
        apply(POLICY, 200);
        store.goAway(true);
        TriggerFired fired = fired("delayed", false);
        say(fired, "event-delayed");
        await().untilAsserted(() -> assertThat(board.<Boolean>read(
                        mesh -> mesh.policies().fire(fired.fireId()).isPresent()))
                .isTrue());
        assertThat(submissions(fired.runId())).isEmpty();

        store.goAway(false);

        await().untilAsserted(() -> assertThat(submissions(fired.runId())).hasSize(1));
    }

    @Test
    void aConnectorIsSetAndWithdrawn() {
        given().contentType("application/json")
                .body("{\"topic\":\"other\",\"dataset\":\"stream\",\"mapping\":{\"output\":\"a.b\"}}".getBytes(UTF_8))
                .put("/v1/connectors/" + name)
                .then()
                .statusCode(200)
                .body("revision", equalTo(1))
                .body("mapping.output", equalTo("a.b"));
        given().get("/v1/connectors").then().body("connectors.name", hasItem(name));
        given().delete("/v1/connectors/" + name).then().statusCode(204);
        given().get("/v1/connectors/" + name).then().statusCode(404);
        given().contentType("application/json")
                .body("{\"topic\":\"finemesh.steps.v1\",\"dataset\":\"sums\"}".getBytes(UTF_8))
                .put("/v1/connectors/" + name)
                .then()
                .statusCode(422)
                .body("detail", containsString("would come back"));
    }

    private TriggerFired fired(String seed, boolean dryRun) {
        FireId fire = new FireId("fire-" + seed + "-" + name);
        return new TriggerFired(
                fire,
                name,
                1,
                RunId.ofFire(fire),
                new FireReason("volume-1", "volume", 1, 1, Map.of("newSamples", 5.0), List.of(), List.of(), "because"),
                Optional.of(new CheckpointId("ck-000" + "0".repeat(29))),
                new DatasetVersion("stream@1"),
                Optional.of(new DatasetVersion("stream@1:held-out")),
                dryRun);
    }

    private void say(TriggerFired fired, String event) {
        broker.say(
                Topics.TRIGGER_FIRES,
                Envelope.<TriggerEvent>starting(
                        new EventId(event + "-" + name), "/scheduler", name, clock.instant(), Optional.empty(), fired));
    }

    private <T extends Message> List<T> said(Topic<T> topic) {
        return broker.records(topic.name()).stream()
                .map(record -> codec.decode(topic, record).body())
                .toList();
    }

    private List<SubmitRun> submissions(RunId run) {
        return said(Topics.RUN_COMMANDS).stream()
                .filter(command -> command.runId().equals(run))
                .map((RunCommand command) -> (SubmitRun) command)
                .toList();
    }
}
