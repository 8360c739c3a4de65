package io.finemesh.trainer.lifecycle;

import static io.finemesh.trainer.fixture.Recorder.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way a segment can fail has its code, says what to do, and leaves a trainer that works. */
class FailureTest {
    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun run;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        run = TinyRun.adamW(store.add(TinyData.sums(40)), 1, 6);
    }

    @Test
    void aTokenizerWithMoreWordsThanTheModel() throws Exception {
        String small = TinyModel.configuration(20);
        CheckpointId other = store.addModel(small, TinyModel.tokenizer(), TinyModel.weights(Dtype.F32, small));

        assertThat(failure(run.train(0, other, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.TOKENIZER_MISMATCH)
                .satisfies(failure -> assertThat(failure.message()).contains("ids up to 46", "20"));
    }

    @Test
    void aTokenizerThatIsNone() throws Exception {
        CheckpointId other = store.addModel(TinyModel.configuration(), "{}", TinyModel.weights(Dtype.F32));

        assertThat(failure(run.train(0, other, 1)).code()).isEqualTo(FailureCode.MODEL_NOT_USABLE);
    }

    @Test
    void aDataSetWithNothingToLearn() throws Exception {
        TinyRun other = run.on(store.add(TinyData.unlabelled()));

        assertThat(failure(other.train(0, model, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.DATASET_NOT_USABLE)
                .satisfies(failure -> assertThat(failure.message()).contains("none of 1 conversations"));
    }

    @Test
    void aModelWithoutAChatTemplateOrWithOneThatRefuses() throws Exception {
        TinyRun chat = run.writtenAs(PromptTemplate.CHAT);

        assertThat(failure(chat.train(0, model, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.INVALID_SPECIFICATION)
                .satisfies(failure -> assertThat(failure.message()).contains("no chat template of its own"));
        assertThat(failure(chat.train(0, withTemplate("{% for %}"), 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.MODEL_NOT_USABLE)
                .satisfies(failure -> assertThat(failure.message()).contains("line 1"));
        assertThat(failure(chat.train(0, withTemplate("{{ raise_exception('only on Sundays') }}"), 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.DATASET_NOT_USABLE)
                .satisfies(failure -> assertThat(failure.message()).contains("conversation 1", "only on Sundays"));
    }

    private CheckpointId withTemplate(String template) {
        return store.addModel(
                TinyModel.configuration(),
                TinyModel.tokenizer(),
                TinyModel.weights(Dtype.F32),
                Map.of("chat_template.jinja", template));
    }

    @Test
    void aDataSetThatIsNotJson() throws Exception {
        TinyRun other = run.on(store.add("what is 1 plus 2 ?".getBytes(UTF_8)));

        assertThat(failure(other.train(0, model, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.DATASET_NOT_USABLE)
                .satisfies(failure -> assertThat(failure.message()).contains("line 1"));
    }

    @Test
    void stepsInARowWithoutAFiniteLoss() throws Exception {
        TinyRun wild = run.withLearningRate(1e38);

        assertThat(failure(wild.train(0, model, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.NON_FINITE_LOSS)
                .satisfies(failure ->
                        assertThat(failure.message()).contains("3 optimizer steps in a row", "learning rate"));
    }

    @Test
    void aBlobThatArrivesDamagedAgainAndAgain() throws Exception {
        store.corrupt(run.dataset().digest());

        assertThat(failure(run.train(0, model, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.BLOB_CORRUPT)
                .satisfies(failure ->
                        assertThat(failure.message()).contains(run.dataset().digest()));
    }

    @Test
    void aBlobThatTheStoreLost() throws Exception {
        store.lose(run.dataset().digest());

        assertThat(failure(run.train(0, model, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.BLOB_CORRUPT)
                .satisfies(failure ->
                        assertThat(failure.message()).contains(run.dataset().digest()));
    }

    @Test
    void aStoreThatStaysAway() throws Exception {
        store.fail(-1);

        assertThat(failure(run.train(0, model, 1)).code()).isEqualTo(FailureCode.STORE_UNREACHABLE);
    }

    @Test
    void aStoreThatComesBackIsNoFailure() throws Exception {
        store.fail(3);

        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(run, 0, 1, model);

            assertThat(bench.recorder().of(SegmentFailed.class)).isEmpty();
        }
    }

    @Test
    void aBaseThatNobodyHas() throws Exception {
        CheckpointId lost = new CheckpointId("ck-00000000000000000000000000000000");

        assertThat(failure(run.train(0, lost, 1)))
                .hasFieldOrPropertyWithValue("code", FailureCode.TRAINER_LOST)
                .satisfies(
                        failure -> assertThat(failure.message()).contains(lost.value(), "neither committed nor held"));
    }

    @Test
    void aBlockThatTheModelDoesNotHave() throws Exception {
        TinyRun bAdam = TinyRun.bAdam(run.dataset(), 1, 2);
        SegmentWork work = bAdam.work(0, model, Optional.empty());
        SegmentWork wrong = new SegmentWork(
                work.runId(),
                new SegmentAssignment(0, 0, 2, Optional.of("layer.9")),
                work.base(),
                work.specification(),
                work.dataset(),
                work.totalSteps(),
                work.memoryBytes(),
                Optional.empty());

        Failure failure =
                failure(bAdam.command("wrong", new TrainSegment(TinyRun.TRAINER, TinyRun.INCARNATION, 1, wrong)));

        assertThat(failure.code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        assertThat(failure.message()).contains("layer.9", "[layer.0, layer.1, layer.2]");
    }

    @Test
    void aPrecisionThatTheCheckpointIsNotStoredIn() throws Exception {
        Failure failure = failure(run.withPrecision(Precision.BF16).train(0, model, 1));

        assertThat(failure.code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        assertThat(failure.message()).contains("weights in BF16", "in F32", "choose the precision");
    }

    @Test
    void aLearningRateThatIsNoLearningRate() throws Exception {
        Failure failure = failure(run.withLearningRate(-1).train(0, model, 1));

        assertThat(failure.code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        assertThat(failure.message()).contains("-1.0");
    }

    @Test
    void aCacheTooSmallForTheModel() throws Exception {
        Failure failure = failure(run.train(0, model, 1), Map.of("cache.capacity", "20K"), false);

        assertThat(failure.code()).isEqualTo(FailureCode.STORAGE_FULL);
        assertThat(failure.message()).contains("20480 bytes", "Raise its capacity");
    }

    @Test
    void aBrokerThatTakesNothingFailsTheSegmentAndNothingElse() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().refuse(new IOException("no broker"));
            bench.send(run.train(0, model, 1));
            await().until(() ->
                    bench.registry().find("finemesh.segment.failures").counter() != null);
            bench.recorder().refuse(null);

            bench.train(run, 0, 1, model);

            assertThat(bench.recorder().words()).startsWith("started 0").endsWith("trained 0", "ended 0");
        }
    }

    private Failure failure(Envelope<TrainingCommand> command) throws Exception {
        return failure(command, Map.of(), true);
    }

    /** The failure of a command, after which the same trainer trains something sound if it can. */
    private Failure failure(Envelope<TrainingCommand> command, Map<String, String> keys, boolean worksAfterwards)
            throws Exception {
        try (Workbench bench = new Workbench(store, directory, keys)) {
            bench.send(command);
            SegmentFailed failed = bench.recorder().awaitLast(SegmentFailed.class, 1);
            assertThat(bench.recorder().of(SegmentTrained.class)).isEmpty();
            if (worksAfterwards) {
                store.fail(0);
                bench.train(TinyRun.bAdam(store.add(TinyData.sums(20)), 1, 1).named("run-sound"), 0, 1, model);
            }
            return failed.failure();
        }
    }
}
