package io.finemesh.trainer.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldResultsTest {
    private final HeldResults held = new HeldResults();
    private final MemoryStore store = new MemoryStore();
    private final Manifest manifest = store.committed(
            store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32)));

    @Test
    void remembersTheNewestTwo() {
        held.hold(id("a"), manifest);
        held.hold(id("b"), manifest);
        held.hold(id("c"), manifest);

        assertThat(held.checkpoints()).containsExactly(id("b"), id("c"));
        assertThat(held.find(id("a"))).isEmpty();
        assertThat(held.find(id("c"))).contains(manifest);
    }

    @Test
    void holdingAgainMakesItTheNewest() {
        held.hold(id("a"), manifest);
        held.hold(id("b"), manifest);
        held.hold(id("a"), manifest);
        held.hold(id("c"), manifest);

        assertThat(held.checkpoints()).containsExactly(id("a"), id("c"));
    }

    @Test
    void forgets() {
        held.hold(id("a"), manifest);
        held.forget(List.of(id("a"), id("z")));

        assertThat(held.checkpoints()).isEmpty();
    }

    private static CheckpointId id(String name) {
        return new CheckpointId("ck-" + name);
    }
}
