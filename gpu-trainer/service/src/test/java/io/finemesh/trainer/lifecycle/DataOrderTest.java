package io.finemesh.trainer.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.DataOrder;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.plan.shuffle.SampleOrder;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trainer says of the order in which it reads is what it does: a row changes the weights from the step on that reads it, and not before. */
class DataOrderTest {
    private static final int ROWS = 40;
    private static final int SEGMENTS = 6;
    private static final long ALTERED_IN = 4;

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();

    private record Trained(DataOrder order, List<String> weights) {}

    private Trained train(String name, List<String> rows) throws Exception {
        CheckpointId model =
                store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        TinyRun run = TinyRun.adamW(store.add((String.join("\n", rows) + "\n").getBytes(UTF_8)), SEGMENTS, 1)
                .named("run-" + name);
        try (Workbench bench = new Workbench(store, directory.resolve(name))) {
            List<String> weights = bench.train(run, 0, SEGMENTS, model).stream()
                    .map(checkpoint -> store.committed(checkpoint).weightsDigest())
                    .toList();
            List<DataOrder> said = bench.recorder().of(SegmentStarted.class).stream()
                    .map(started -> started.order().orElseThrow())
                    .distinct()
                    .toList();
            assertThat(said).as("the order is the run's, not a segment's").hasSize(1);
            return new Trained(said.getFirst(), weights);
        }
    }

    @Test
    void aRowChangesTheWeightsFromTheStepOnThatReadsIt() throws Exception {
        List<String> rows =
                new ArrayList<>(new String(TinyData.sums(ROWS), UTF_8).lines().toList());
        rows.set(5, new String(TinyData.unlabelled(), UTF_8).strip());
        Trained before = train("before", rows);
        DataOrder order = before.order();
        assertThat(order.rows()).isEqualTo(ROWS);
        assertThat(order.leftOut()).containsExactly(5);
        int sample = new SampleOrder(order.seed(), order.batchSize(), order.samples())
                .epoch(0)
                .at(Math.toIntExact(ALTERED_IN * order.batchSize()));
        int row = sample < 5 ? sample : sample + 1;
        rows.set(row, rows.get(row).replaceFirst("\"content\":\"[0-9]+\"", "\"content\":\"0\""));

        Trained after = train("after", rows);

        assertThat(after.order()).isEqualTo(order);
        for (int step = 0; step < SEGMENTS; step++) {
            boolean same = after.weights().get(step).equals(before.weights().get(step));
            assertThat(same).as("weights after step %d", step).isEqualTo(step < ALTERED_IN);
        }
    }
}
