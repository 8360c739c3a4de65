package io.finemesh.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.wire.Topics;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.e2e.GatewayCalls.Event;
import io.finemesh.e2e.RunningMesh.Stage;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What all services stand on goes away for a while in the middle of a run. Nothing is lost, and the run ends as if nothing had been. */
@ExtendWith(RunningMesh.class)
class OutageTest {
    private static final Predicate<Event> A_STEP_OF_THE_SECOND_SEGMENT =
            event -> event.type().equals("training.step-completed")
                    && event.data().path("step").asInt() == 7;

    @BeforeAll
    static void importModelAndData(Stage stage) throws Exception {
        stage.gateway().importModel("e2e-model", stage.files().modelDirectory());
        stage.gateway()
                .upload("e2e-sums", "alpaca", Files.readAllBytes(stage.files().training(ProblemFamily.SUMS)));
    }

    @Test
    void objectStorageIsLostAndComesBack(Stage stage) {
        String run = stage.gateway().submit(Specifications.badam("e2e-model", 24, false));
        stage.gateway().eventsUntil(run, Optional.empty(), A_STEP_OF_THE_SECOND_SEGMENT);
        stage.mesh().stopStorage();
        try {
            awaitNotReady(stage);
        } finally {
            stage.mesh().startStorage();
        }

        List<Event> events = stage.gateway().eventsToTheEnd(run);
        assertThat(events).extracting(Event::type).last().isEqualTo("run.completed");
        assertThat(stage.gateway().steps(run)).hasSize(24);
    }

    @Test
    void kafkaIsLostAndComesBack(Stage stage) {
        String run = stage.gateway().submit(Specifications.badam("e2e-model", 24, false));
        stage.gateway().eventsUntil(run, Optional.empty(), A_STEP_OF_THE_SECOND_SEGMENT);
        stage.mesh().stopBroker();
        try {
            awaitNotReady(stage);
        } finally {
            stage.mesh().startBroker();
        }

        await().atMost(Duration.ofMinutes(3)).ignoreExceptions().until(() -> stage.gateway()
                .get("/v1/runs/" + run)
                .path("phase")
                .asText()
                .equals("completed"));
        assertThat(stage.gateway().steps(run)).hasSize(24).allMatch(step -> step.path("committed")
                .asBoolean());
    }

    /** Of two members of one name Kafka hears the newer one. */
    @Test
    void aServiceWhoseNameAnotherOneHasIsNotReadyUntilItIsAlone(Stage stage) throws Exception {
        assertThat(ready(stage, "evaluator")).isEqualTo(200);
        Map<String, Object> sameName = Map.of(
                "bootstrap.servers",
                stage.mesh().bootstrapServers(),
                "group.id",
                "finemesh-evaluator",
                "group.instance.id",
                "evaluator-0");
        AtomicReference<KafkaConsumer<String, String>> other = new AtomicReference<>(joined(sameName));
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                try {
                    other.get().poll(Duration.ofMillis(200));
                } catch (FencedInstanceIdException tookItBack) {
                    other.getAndSet(joined(sameName)).close();
                }
                return ready(stage, "evaluator") == 503;
            });
            assertThat(readiness(stage, "evaluator").asString()).contains("another service takes the channel");
        } finally {
            other.get().close();
        }
        stage.mesh().kill("evaluator");
        await().atMost(Duration.ofSeconds(90)).ignoreExceptions().until(() -> ready(stage, "evaluator") == 200);
    }

    private static KafkaConsumer<String, String> joined(Map<String, Object> member) {
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(member, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(Topics.EVALUATION_COMMANDS.name()));
        return consumer;
    }

    private static int ready(Stage stage, String service) {
        return readiness(stage, service).statusCode();
    }

    private static Response readiness(Stage stage, String service) {
        return stage.gateway()
                .request()
                .baseUri(stage.mesh().address(service).toString())
                .get("/q/health/ready");
    }

    /** The store watches what it stands on and says when that is gone. */
    private static void awaitNotReady(Stage stage) {
        await().atMost(Duration.ofSeconds(90)).until(() -> ready(stage, "checkpoint-store") == 503);
    }
}
