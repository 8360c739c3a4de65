package io.finemesh.scheduler.messaging;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.SegmentScheduled;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.config.SchedulerConfig;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.spi.Converter;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scheduler on a real broker: it waits for what is missing, decides exactly once, and goes on after a restart. */
class StreamsRuntimeTest {
    private static final Logger LOG = Logger.getLogger(StreamsRuntimeTest.class);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static SchedulerConfig config(String bootstrapServers, Path directory) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(SchedulerConfig.class)
                .withConverter(Duration.class, 200, (Converter<Duration>) DurationConverter::parseDuration)
                .withSources(new PropertiesConfigSource(
                        Map.of(
                                "finemesh.scheduler.bootstrap-servers",
                                bootstrapServers,
                                "finemesh.scheduler.data-directory",
                                directory.toString(),
                                "finemesh.scheduler.streams.retry-interval",
                                "200ms",
                                "finemesh.scheduler.streams.answer-timeout",
                                "1s",
                                // The trainer of this test has no heart.
                                "finemesh.scheduler.lease.silence",
                                "10m"),
                        "test",
                        100))
                .build()
                .getConfigMapping(SchedulerConfig.class);
    }

    private static StreamsRuntime started(SchedulerConfig config) {
        StreamsRuntime runtime = new StreamsRuntime(config, OpenTelemetry.noop().getTracer("test"));
        runtime.start(null);
        return runtime;
    }

    @Test
    void waitsForWhatIsMissingAndGoesOnAfterARestartAndALostBroker(
            @TempDir Path brokerDirectory, @TempDir Path stateDirectory) throws Exception {
        try (TestBroker broker = new TestBroker(brokerDirectory)) {
            SchedulerConfig config = config(broker.bootstrapServers(), stateDirectory);
            StreamsRuntime runtime = started(config);
            await().atMost(PATIENCE).until(() -> runtime.describe().startsWith("it does not answer"));
            assertThat(runtime.isRunning()).isFalse();

            broker.start();
            await().atMost(PATIENCE)
                    .until(() -> runtime.describe().startsWith("topics are missing: finemesh.checkpoints.v1, "));
            broker.createTopics();
            await().atMost(PATIENCE).until(runtime::isRunning);

            try (TestClient client = new TestClient(
                    broker.bootstrapServers(),
                    List.of(
                            Topics.RUN_EVENTS.name(),
                            Topics.TRAINING_COMMANDS.name(),
                            Topics.RUN_COMMANDS.deadLetterName()))) {
                client.sayRaw(Topics.RUN_COMMANDS.name(), "r-0", "poison");
                TrainSegment second = halfARun(client);
                runtime.stop(null);
                assertThat(runtime.isRunning()).isFalse();

                StreamsRuntime next = started(config);
                await().atMost(PATIENCE).until(next::isRunning);
                broker.stop();
                await().atMost(PATIENCE).until(() -> next.describe().startsWith("it does not answer"));
                assertThat(next.isRunning()).isFalse();
                broker.start();
                await().atMost(PATIENCE).until(next::isRunning);
                theOtherHalf(client, second);
                ConsumerRecord<String, byte[]> kept = client.nextRecord(Topics.RUN_COMMANDS.deadLetterName());
                assertThat(new String(kept.value(), UTF_8)).isEqualTo("poison");
                assertThat(new String(
                                kept.headers().lastHeader("dead-letter-reason").value(), UTF_8))
                        .contains("lacks the header ce_specversion");
                next.stop(null);
            }
        }
    }

    private static TrainSegment halfARun(TestClient client) throws Exception {
        client.say(Topics.TRAINERS, "trainer-0", StreamsMesh.idle("trainer-0", "life-1"));
        client.say(Topics.RUN_COMMANDS, "r-1", adamw("r-1", 400).build());
        assertThat(client.next(Topics.RUN_EVENTS)).isInstanceOf(RunAccepted.class);
        TrainSegment command = (TrainSegment) client.next(Topics.TRAINING_COMMANDS);
        List<Long> hops = new ArrayList<>();
        for (int segment = 0; segment < 20; segment++) {
            assertThat(command.work().segment().index()).isEqualTo(segment);
            long begin = System.nanoTime();
            train(client, command);
            TrainSegment next = (TrainSegment) client.next(Topics.TRAINING_COMMANDS);
            hops.add((System.nanoTime() - begin) / 1_000_000);
            commit(client, command);
            command = next;
        }
        Collections.sort(hops);
        LOG.infof(
                "from SegmentTrained to the next TrainSegment, two hops: median %d ms, slowest %d ms",
                hops.get(hops.size() / 2), hops.getLast());
        return command;
    }

    private static void theOtherHalf(TestClient client, TrainSegment first) throws Exception {
        TrainSegment command = first;
        for (int segment = 20; segment < 40; segment++) {
            assertThat(command.work().segment().index()).isEqualTo(segment);
            assertThat(command.epoch()).as("no segment was given out twice").isEqualTo(segment + 1);
            train(client, command);
            commit(client, command);
            if (segment < 39) {
                TrainingCommand next = client.next(Topics.TRAINING_COMMANDS);
                command = (TrainSegment) next;
            }
        }
        for (int segment = 0; segment < 40; segment++) {
            assertThat(client.next(Topics.RUN_EVENTS)).isInstanceOf(SegmentScheduled.class);
        }
        assertThat(client.next(Topics.RUN_EVENTS))
                .isInstanceOfSatisfying(RunCompleted.class, completed -> assertThat(completed.steps())
                        .isEqualTo(400));
    }

    private static void train(TestClient client, TrainSegment command) throws Exception {
        client.say(
                Topics.TRAINING_EVENTS,
                "r-1",
                new SegmentTrained(
                        command.work().runId(),
                        command.work().segment().index(),
                        command.epoch(),
                        command.trainer(),
                        StreamsMesh.result(command),
                        lastStep(command),
                        0.1,
                        "",
                        OptionalDouble.empty()));
    }

    private static void commit(TestClient client, TrainSegment command) throws Exception {
        client.say(
                Topics.CHECKPOINTS,
                "r-1",
                new CheckpointCommitted(
                        StreamsMesh.result(command),
                        command.work().runId(),
                        command.work().segment().index(),
                        command.epoch(),
                        command.work().base(),
                        lastStep(command),
                        "digest",
                        1,
                        List.of(),
                        OptionalDouble.empty()));
    }

    private static long lastStep(TrainSegment command) {
        return command.work().segment().firstStep() + command.work().segment().steps() - 1;
    }
}
