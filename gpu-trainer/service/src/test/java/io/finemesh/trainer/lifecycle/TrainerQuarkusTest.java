package io.finemesh.trainer.lifecycle;

import static io.finemesh.trainer.fixture.Recorder.await;
import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.Recorder;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.Test;

/** The whole application, with broker and store in memory. */
@QuarkusTest
@TestProfile(TrainerQuarkusTest.InMemory.class)
class TrainerQuarkusTest {
    @Inject
    @Connector("smallrye-in-memory")
    InMemoryConnector connector;

    @Inject
    Recorder recorder;

    @Inject
    MemoryStore store;

    /** Settings of the test. */
    public static final class InMemory implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "mp.messaging.incoming.training-commands.connector", "smallrye-in-memory",
                    "finemesh.trainer.data-directory", "target/trainer-quarkus-test",
                    "finemesh.trainer.device.threads", "1",
                    "finemesh.trainer.heartbeat.interval", "20ms",
                    "finemesh.trainer.events.silence-limit", "500ms",
                    "finemesh.trainer.store.probe-interval", "20ms",
                    "quarkus.http.test-port", "0");
        }
    }

    @Test
    void isReadyWhenArithmeticBrokerAndStoreAreThere() {
        awaitReadiness(200);
        get("/q/health/ready")
                .then()
                .body(
                        "checks.find { it.name == 'trainer' }.data.arithmetic",
                        containsString("LibTorch"),
                        "checks.find { it.name == 'trainer' }.data.library",
                        containsString("libtorch_cpu.so"),
                        "checks.find { it.name == 'trainer' }.data.store",
                        equalTo("ok"));
        get("/q/health/live").then().statusCode(200);
    }

    @Test
    void isNotReadyWhileTheStoreIsAwayButLives() {
        awaitReadiness(200);

        store.fail(-1);
        awaitReadiness(503);
        get("/q/health/live").then().statusCode(200);

        store.fail(0);
        awaitReadiness(200);
    }

    @Test
    void isNotReadyWhileTheBrokerIsAwayButLives() {
        awaitReadiness(200);

        recorder.refuse(new IOException("no broker"));
        awaitReadiness(503);
        get("/q/health/live").then().statusCode(200);

        recorder.refuse(null);
        awaitReadiness(200);
    }

    @Test
    void trainsWhatTheChannelBringsAndCountsIt() {
        CheckpointId model =
                store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        TinyRun run = TinyRun.bAdam(store.add(TinyData.sums(40)), 1, 3);
        await().until(() -> !recorder.heartbeats().isEmpty());
        TrainerHeartbeat life = recorder.heartbeats().getFirst();
        TrainSegment segment = (TrainSegment) run.train(0, model, 1).body();

        CompletableFuture<Void> acknowledged =
                send(run.command("command-1", new TrainSegment(life.trainer(), life.incarnation(), 1, segment.work())));

        assertThat(acknowledged.join()).isNull();
        SegmentEnded ended = recorder.awaitLast(SegmentEnded.class, 1);
        assertThat(store.commit(ended)).isEqualTo(ended.checkpoint());
        await().untilAsserted(() -> assertThat(get("/q/metrics").asString())
                .contains(
                        "finemesh_step_duration_seconds_count 3.0",
                        "finemesh_tokens_processed_total 192.0",
                        "finemesh_block_switches_total 1.0",
                        "finemesh_upload_duration_seconds_count 1.0")
                .doesNotContain("run-badam"));
    }

    private CompletableFuture<Void> send(Envelope<TrainingCommand> command) {
        ProducerRecord<String, byte[]> encoded = new EventCodec().encode(Topics.TRAINING_COMMANDS, command);
        ConsumerRecord<String, byte[]> record = new ConsumerRecord<>(
                encoded.topic(),
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                encoded.key(),
                encoded.value(),
                encoded.headers(),
                Optional.empty());
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        connector
                .source("training-commands")
                .send(Message.of(
                        encoded.value(),
                        Metadata.of(new IncomingKafkaRecordMetadata<>(record, "training-commands")),
                        () -> {
                            acknowledged.complete(null);
                            return CompletableFuture.completedFuture(null);
                        }));
        return acknowledged;
    }

    private static void awaitReadiness(int status) {
        await().until(() -> get("/q/health/ready").statusCode() == status);
    }
}
