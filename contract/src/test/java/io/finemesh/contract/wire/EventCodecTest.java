package io.finemesh.contract.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.training.StepCompleted;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class EventCodecTest {
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private final EventCodec codec = new EventCodec();
    private final Envelope<RunCommand> envelope = new Envelope<>(
            new EventId("event-1"),
            "/gateway",
            "run-1",
            Instant.parse("2026-01-02T03:04:05Z"),
            Optional.of(TRACE),
            Optional.of("run-1"),
            Optional.of(new EventId("event-0")),
            new CancelRun(new RunId("run-1"), "asked for"));

    @Test
    void everyMessageSurvivesTheWireOnItsTopic() {
        for (Topic<? extends Message> topic : Topic.all()) {
            roundTrip(topic);
        }
    }

    private <T extends Message> void roundTrip(Topic<T> topic) {
        for (Class<? extends Message> type : WireNames.all().keySet()) {
            if (topic.type().isAssignableFrom(type)) {
                T body = topic.type().cast(Exemplars.of(type));
                Envelope<T> sent = Envelope.causedBy(
                        envelope, new EventId("e"), "/test", "key", Instant.parse("2026-01-01T00:00:00Z"), body);
                ProducerRecord<String, byte[]> record = codec.encode(topic, sent);
                assertThat(codec.decode(topic, record.key(), record.headers(), record.value()))
                        .isEqualTo(sent);
                assertThat(record.topic()).isEqualTo(topic.name());
            }
        }
    }

    @Test
    void attributesStandInCloudEventsHeaders() {
        Headers headers = codec.headers(Topics.RUN_COMMANDS, envelope);

        assertThat(text(headers, "ce_specversion")).isEqualTo("1.0");
        assertThat(text(headers, "ce_type")).isEqualTo("io.finemesh.run.cancel.v1");
        assertThat(text(headers, "ce_id")).isEqualTo("event-1");
        assertThat(text(headers, "ce_traceparent")).isEqualTo(TRACE);
        assertThat(text(headers, "ce_correlationid")).isEqualTo("run-1");
        assertThat(text(headers, "ce_causationid")).isEqualTo("event-0");
        assertThat(text(headers, "content-type")).isEqualTo("application/json");
    }

    @Test
    void whatAMessageCausesCarriesItsTraceAndRunOn() {
        Envelope<RunCommand> caused = Envelope.causedBy(
                envelope, new EventId("event-2"), "/scheduler", "run-1", envelope.time(), envelope.body());

        assertThat(caused.traceparent()).contains(TRACE);
        assertThat(caused.correlation()).contains("run-1");
        assertThat(caused.causation()).contains(new EventId("event-1"));
    }

    @Test
    void derivedIdsAreStableAndDistinct() {
        EventId cause = new EventId("event-1");

        assertThat(EventId.derived(cause, "accept", 0)).isEqualTo(EventId.derived(cause, "accept", 0));
        assertThat(EventId.derived(cause, "accept", 0)).isNotEqualTo(EventId.derived(cause, "accept", 1));
        assertThat(EventId.derived(cause, "accept", 0)).isNotEqualTo(EventId.derived(cause, "place", 0));
    }

    @Test
    void unreadableRecordsSayWhatWasFoundAndWhatTheTopicCarries() {
        Map<String, String> wrongHeaders = Map.of(
                "ce_specversion", "ce_specversion '0.3', allowed: 1.0",
                "ce_type", "ce_type '0.3', which is not a RunCommand",
                "ce_time", "cannot be read");
        wrongHeaders.forEach((header, message) -> {
            Headers headers = codec.headers(Topics.RUN_COMMANDS, envelope);
            headers.remove(header);
            headers.add(header, "0.3".getBytes(UTF_8));
            assertThatThrownBy(() -> codec.decode(Topics.RUN_COMMANDS, "run-1", headers, codec.value(envelope.body())))
                    .isInstanceOf(UnreadableRecordException.class)
                    .hasMessageContaining(message)
                    .hasMessageContaining("finemesh.run.commands.v1");
        });
        assertThatThrownBy(() -> codec.decode(Topics.RUN_COMMANDS, "run-1", new RecordHeaders(), new byte[0]))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("lacks the header ce_specversion");
        assertThatThrownBy(() -> codec.decode(
                        Topics.RUN_COMMANDS, null, codec.headers(Topics.RUN_COMMANDS, envelope), new byte[0]))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("has no key");
        assertThatThrownBy(() ->
                        codec.decode(Topics.RUN_COMMANDS, "run-1", codec.headers(Topics.RUN_COMMANDS, envelope), null))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("has no value");
    }

    @Test
    void aKnownMessageOnAForeignTopicIsRefusedBothWays() {
        Envelope<StepCompleted> step = Envelope.causedBy(
                envelope, new EventId("e"), "/x", "run-1", envelope.time(), Exemplars.of(StepCompleted.class));
        ProducerRecord<String, byte[]> record = codec.encode(Topics.STEPS, step);

        assertThatThrownBy(() -> codec.decode(Topics.RUN_COMMANDS, record.key(), record.headers(), record.value()))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("is not a RunCommand");
    }

    @Test
    void aMissingFieldIsAnErrorAndAnUnknownOneIsNot() {
        Headers headers = codec.headers(Topics.RUN_COMMANDS, envelope);

        assertThatThrownBy(() ->
                        codec.decode(Topics.RUN_COMMANDS, "run-1", headers, "{\"runId\":\"run-1\"}".getBytes(UTF_8)))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("reason is null");
        assertThat(codec.decode(
                                Topics.RUN_COMMANDS,
                                "run-1",
                                headers,
                                "{\"runId\":\"run-1\",\"reason\":\"asked for\",\"new\":1}".getBytes(UTF_8))
                        .body())
                .isEqualTo(envelope.body());
    }

    @Test
    void idsThatCouldNotStandInAPathAreRefused() {
        Headers headers = codec.headers(Topics.RUN_COMMANDS, envelope);

        assertThatThrownBy(() -> codec.decode(
                        Topics.RUN_COMMANDS,
                        "run-1",
                        headers,
                        "{\"runId\":\"../../etc\",\"reason\":\"x\"}".getBytes(UTF_8)))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("RunId is '../../etc'");
    }

    @Test
    void mutatedRecordsNeverEndInAnotherException() {
        long seed = 20260101L;
        Random random = new Random(seed);
        byte[] value = codec.value(Exemplars.of(StepCompleted.class));
        Headers headers = codec.headers(
                Topics.STEPS,
                Envelope.causedBy(
                        envelope, new EventId("e"), "/x", "run-1", envelope.time(), Exemplars.of(StepCompleted.class)));
        for (int round = 0; round < 5_000; round++) {
            byte[] mutated =
                    Arrays.copyOf(value, random.nextInt(10) == 0 ? random.nextInt(value.length) : value.length);
            if (mutated.length > 0) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            try {
                codec.decode(Topics.STEPS, "run-1", headers, mutated);
            } catch (UnreadableRecordException expected) {
                assertThat(expected).hasMessageContaining(Topics.STEPS.name());
            } catch (RuntimeException other) {
                fail("seed " + seed + ", round " + round + ": " + new String(mutated, UTF_8), other);
            }
        }
    }

    @Test
    void aStepWithoutAFiniteLossSurvivesTheWire() {
        StepCompleted skipped = new StepCompleted(
                new RunId("run-1"),
                0,
                1,
                5,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                1e-3,
                10,
                5,
                true,
                null,
                Map.of(),
                0);
        ProducerRecord<String, byte[]> record = codec.encode(
                Topics.STEPS, Envelope.causedBy(envelope, new EventId("e"), "/x", "run-1", envelope.time(), skipped));

        assertThat(codec.decode(Topics.STEPS, record.key(), record.headers(), record.value())
                        .body())
                .isEqualTo(skipped);
    }

    @Test
    void emptyOptionalsAreReadFromMissingFieldsToo() throws Exception {
        assertThat(WireMapper.create().readValue("{\"v\":null}", Holder.class).v())
                .isEmpty();
    }

    /** @param v an optional that the wire leaves out */
    record Holder(OptionalLong v) {}

    private static String text(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), UTF_8);
    }
}
