package io.finemesh.trainer.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandListenerTest {
    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private final EventCodec codec = new EventCodec();
    private final List<String> settled = new ArrayList<>();
    private CheckpointId model;
    private TinyRun run;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        run = TinyRun.bAdam(store.add(TinyData.sums(40)), 2, 2);
    }

    @Test
    void acknowledgesACommandWhenItIsAcceptedNotWhenItIsDone() throws Exception {
        CountDownLatch downloads = store.holdDownloads();
        try (Workbench bench = new Workbench(store, directory)) {
            CommandListener listener = new CommandListener(bench.trainer());

            read(listener, run.train(0, model, 1));

            assertThat(settled).containsExactly("acknowledged");
            assertThat(bench.recorder().words()).isEmpty();
            downloads.countDown();
            bench.recorder().awaitLast(SegmentTrained.class, 1);
        }
    }

    @Test
    void poisonGoesToTheDeadLettersWithTheReasonAndReadingGoesOn() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            CommandListener listener = new CommandListener(bench.trainer());
            ProducerRecord<String, byte[]> good = codec.encode(Topics.TRAINING_COMMANDS, run.train(0, model, 1));

            read(listener, "trainer-0", new RecordHeaders(), "garbage".getBytes(UTF_8));
            read(listener, "trainer-0", good.headers(), "{\"trainer\":".getBytes(UTF_8));
            read(listener, "trainer-0", good.headers(), null);
            read(listener, null, good.headers(), good.value());
            read(listener, good.key(), good.headers(), good.value());

            assertThat(settled)
                    .containsExactly(
                            "refused: record on finemesh.training.commands.v1 with key 'trainer-0' lacks the header ce_specversion",
                            "refused: record on finemesh.training.commands.v1 with key 'trainer-0' of type"
                                    + " io.finemesh.training.train-segment.v1 cannot be read",
                            "refused: record on finemesh.training.commands.v1 with key 'trainer-0' of type"
                                    + " io.finemesh.training.train-segment.v1 has no value",
                            "refused: record on finemesh.training.commands.v1 with key 'null' has no key; expected the trainer",
                            "acknowledged");
            bench.recorder().awaitLast(SegmentTrained.class, 1);
        }
    }

    @Test
    void commandsForOtherTrainersAreAcknowledgedToo() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            CommandListener listener = new CommandListener(bench.trainer());

            read(listener, run.stop(9));

            assertThat(settled).containsExactly("acknowledged");
        }
    }

    private void read(CommandListener listener, Envelope<TrainingCommand> command) throws Exception {
        ProducerRecord<String, byte[]> record = codec.encode(Topics.TRAINING_COMMANDS, command);
        read(listener, record.key(), record.headers(), record.value());
    }

    private void read(CommandListener listener, String key, Headers headers, byte[] value) throws Exception {
        ConsumerRecord<String, byte[]> record = new ConsumerRecord<>(
                Topics.TRAINING_COMMANDS.name(),
                0,
                42,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                headers,
                Optional.empty());
        listener.read(new Record(value, Metadata.of(new IncomingKafkaRecordMetadata<>(record, "training-commands"))))
                .toCompletableFuture()
                .get();
    }

    /** A record whose fate is written down; its value may be absent, which {@code Message.of} does not allow. */
    private final class Record implements Message<byte[]> {
        private final byte[] value;
        private final Metadata metadata;

        Record(byte[] value, Metadata metadata) {
            this.value = value;
            this.metadata = metadata;
        }

        @Override
        public byte[] getPayload() {
            return value;
        }

        @Override
        public Metadata getMetadata() {
            return metadata;
        }

        @Override
        public CompletionStage<Void> ack(Metadata ignored) {
            settled.add("acknowledged");
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> nack(Throwable reason, Metadata ignored) {
            assertThat(reason).isInstanceOf(UnreadableRecordException.class);
            settled.add("refused: " + reason.getMessage().replaceFirst("cannot be read:.*", "cannot be read"));
            return CompletableFuture.completedFuture(null);
        }
    }
}
