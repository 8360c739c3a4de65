package io.finemesh.gateway.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.SampleRun;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Phase;
import io.finemesh.gateway.view.RunView;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicReaderTest {
    private final FakeBroker broker = new FakeBroker();
    private final List<Occurrence> told = SampleRun.occurrences();
    private final List<Gateway> started = new ArrayList<>();

    /** The reading side of one gateway process. */
    private final class Gateway {
        final Board board = new Board();
        final MeterRegistry meters = new SimpleMeterRegistry();
        final TopicReader reader;

        Gateway() {
            DeadLetters deadLetters = new DeadLetters(broker);
            reader = new TopicReader(
                    broker,
                    new RecordIntake(board, deadLetters, meters),
                    deadLetters,
                    board,
                    config(),
                    Clock.systemUTC());
            reader.start(new StartupEvent());
            started.add(this);
        }

        void stop() throws InterruptedException {
            reader.stop(new ShutdownEvent());
        }

        long steps() {
            return board.read(
                    mesh -> mesh.run(SampleRun.ID).map(RunView::stepCount).orElse(0L));
        }

        Gateway rebuilt() {
            await().until(() -> reader.state().rebuilt());
            return this;
        }
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Gateway gateway : started) {
            gateway.stop();
        }
    }

    @Test
    void rebuildsTheViewsBeforeItCallsThemRebuilt() {
        broker.say(told);
        Gateway gateway = new Gateway().rebuilt();
        assertThat(gateway.steps()).isEqualTo(SampleRun.STEPS);
        Phase phase =
                gateway.board.read(mesh -> mesh.run(SampleRun.ID).orElseThrow().phase());
        assertThat(phase).isEqualTo(Phase.COMPLETED);
    }

    @Test
    void followsWhatComesAfter() {
        Gateway gateway = new Gateway().rebuilt();
        broker.say(told);
        await().until(() -> gateway.steps() == SampleRun.STEPS);
    }

    @Test
    void everyStartSeesEverythingAgain() throws InterruptedException {
        broker.say(told.subList(0, 20));
        Gateway first = new Gateway().rebuilt();
        first.stop();
        broker.say(told.subList(20, told.size()));
        assertThat(new Gateway().rebuilt().steps()).isEqualTo(SampleRun.STEPS);
    }

    @Test
    void waitsForABrokerThatIsNotThere() {
        broker.goAway(true);
        broker.say(told);
        Gateway gateway = new Gateway();
        await().until(() -> gateway.reader.state().detail().contains("does not answer"));
        assertThat(gateway.reader.state().brokerReachable()).isFalse();
        broker.goAway(false);
        gateway.rebuilt();
        assertThat(gateway.steps()).isEqualTo(SampleRun.STEPS);
    }

    @Test
    void waitsForTopicsThatAreNotCreatedYet() {
        broker.drop(Topics.CHECKPOINTS.name());
        Gateway gateway = new Gateway();
        await().until(() -> gateway.reader.state().detail().contains(Topics.CHECKPOINTS.name()));
        assertThat(gateway.reader.state().rebuilt()).isFalse();
        broker.create(Topics.CHECKPOINTS.name(), 2);
        gateway.rebuilt();
    }

    @Test
    void goesOnAfterTheBrokerWasLost() {
        Gateway gateway = new Gateway().rebuilt();
        broker.goAway(true);
        await().until(() -> !gateway.reader.state().brokerReachable());
        broker.say(told);
        broker.goAway(false);
        await().until(() -> gateway.steps() == SampleRun.STEPS);
        await().until(() -> gateway.reader.state().brokerReachable());
    }

    @Test
    void keepsUnreadableRecordsAndReadsOn() {
        poison("not even json");
        broker.say(told);
        Gateway gateway = new Gateway().rebuilt();
        assertThat(gateway.steps()).isEqualTo(SampleRun.STEPS);
        await().untilAsserted(() -> assertThat(deadLetters()).hasSize(1));
        ConsumerRecord<String, byte[]> kept = deadLetters().getFirst();
        assertThat(kept.value()).isEqualTo("not even json".getBytes(UTF_8));
        assertThat(header(kept, "dead-letter-reason")).contains("lacks the header");
        assertThat(header(kept, "dead-letter-topic")).isEqualTo(Topics.STEPS.name());
        assertThat(header(kept, "dead-letter-offset")).isEqualTo("0");
        assertThat(gateway.meters
                        .counter("finemesh.gateway.records", "topic", Topics.STEPS.name(), "outcome", "unreadable")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void keepsAnUnreadableRecordOnceHoweverOftenItStarts() throws InterruptedException {
        poison("x");
        Gateway first = new Gateway().rebuilt();
        await().untilAsserted(() -> assertThat(deadLetters()).hasSize(1));
        first.stop();
        poison("y");
        new Gateway().rebuilt();
        await().untilAsserted(() -> assertThat(deadLetters()).hasSize(2));
        assertThat(deadLetters())
                .extracting(record -> header(record, "dead-letter-offset"))
                .containsExactly("0", "1");
    }

    @Test
    void anEmptyRecordOfACompactedTopicIsNoPoison() {
        broker.append(new ProducerRecord<>(Topics.RUN_STATE.name(), null, SampleRun.ID.value(), null));
        new Gateway().rebuilt();
        assertThat(broker.records(Topics.RUN_STATE.deadLetterName())).isEmpty();
    }

    private void poison(String text) {
        broker.append(new ProducerRecord<>(Topics.STEPS.name(), null, SampleRun.ID.value(), text.getBytes(UTF_8)));
    }

    private List<ConsumerRecord<String, byte[]>> deadLetters() {
        return broker.records(Topics.STEPS.deadLetterName());
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static GatewayConfig config() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(GatewayConfig.class)
                .addDefaultInterceptors()
                .withConverter(
                        io.quarkus.runtime.configuration.MemorySize.class,
                        100,
                        new io.quarkus.runtime.configuration.MemorySizeConverter())
                .withConverter(java.time.Duration.class, 100, new io.quarkus.runtime.configuration.DurationConverter())
                .withDefaultValues(Map.of(
                        "finemesh.gateway.kafka.poll-interval", "20ms",
                        "finemesh.gateway.kafka.retry-interval", "50ms"))
                .build();
        return config.getConfigMapping(GatewayConfig.class);
    }
}
