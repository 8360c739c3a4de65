package io.finemesh.trainer.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.store.DatasetForm;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.contract.store.DatasetParts;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.trainer.event.SegmentReporter;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on a data set that grew by slices. */
class GrowingDatasetTest {
    private static final int ROWS = 40;

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();

    @Test
    void slicesTrainBitByBitAsTheSameRowsInOneObject() throws Exception {
        CheckpointId model = model();
        byte[] rows = TinyData.sums(ROWS);
        TinyRun run = TinyRun.adamW(store.add(rows), 1, 6);
        String whole;
        try (Workbench bench = new Workbench(store, directory.resolve("whole"))) {
            whole = weights(bench.train(run, 0, 1, model).getFirst());
        }

        String sliced;
        try (Workbench bench = new Workbench(store, directory.resolve("sliced"))) {
            bench.send(run.command("train", command(run, model, slices(rows, 1, 15, 24))));
            SegmentEnded ended = bench.recorder().awaitLast(SegmentEnded.class, 1);
            store.commit(ended);
            sliced = weights(ended.checkpoint());
        }

        assertThat(sliced).isEqualTo(whole);
    }

    @Test
    void anObjectThatIsNoListOfPartsFailsTheSegmentByName() throws Exception {
        CheckpointId model = model();
        BlobReference rows = store.add(TinyData.sums(ROWS));
        TinyRun run = TinyRun.adamW(rows, 1, 6);
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.command("train", command(run, model, rows)));

            SegmentFailed failed = bench.recorder().awaitLast(SegmentFailed.class, 1);

            assertThat(failed.failure().code()).isEqualTo(FailureCode.DATASET_NOT_USABLE);
            assertThat(failed.failure().message()).contains("sums@3").contains("no list of parts");
        }
    }

    private CheckpointId model() throws Exception {
        return store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
    }

    private String weights(CheckpointId checkpoint) {
        return store.committed(checkpoint).weightsDigest();
    }

    /** Rows in slices of so many. */
    private BlobReference slices(byte[] rows, int... sizes) throws Exception {
        List<String> lines = new String(rows, UTF_8).lines().toList();
        assertThat(Arrays.stream(sizes).sum()).isEqualTo(lines.size());
        List<DatasetPart> parts = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            byte[] slice = (String.join("\n", lines.subList(from, from + size)) + "\n").getBytes(UTF_8);
            parts.add(new DatasetPart(parts.size() + 1, SegmentReporter.onTheWire(store.add(slice)), size));
            from += size;
        }
        return store.add(WireMapper.create().writeValueAsBytes(new DatasetParts(parts)));
    }

    private static TrainSegment command(TinyRun run, CheckpointId model, BlobReference list) {
        SegmentWork work = run.work(0, model, Optional.empty());
        return new TrainSegment(
                TinyRun.TRAINER,
                TinyRun.INCARNATION,
                100,
                new SegmentWork(
                        work.runId(),
                        work.segment(),
                        work.base(),
                        work.specification(),
                        new ResolvedDataset(
                                new DatasetVersion("sums@3"),
                                SegmentReporter.onTheWire(list),
                                ROWS,
                                Optional.of(DatasetForm.PARTS)),
                        work.totalSteps(),
                        work.memoryBytes(),
                        work.previousSegmentTraceparent()));
    }
}
