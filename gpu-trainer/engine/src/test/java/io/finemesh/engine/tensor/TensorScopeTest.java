package io.finemesh.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.model.TinyModel;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TensorScopeTest {
    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    @Test
    void freesWhatWasMadeInside() {
        long before = TensorScope.livePointers();
        Tensor tensor;
        try (TensorScope _ = TensorScope.open("step")) {
            tensor = torch.ones(1000);
            assertThat(TensorScope.livePointers()).isGreaterThan(before);
        }

        assertThat(tensor.isNull()).isTrue();
        assertThat(TensorScope.livePointers()).isEqualTo(before);
    }

    @Test
    void keptTensorsLiveAsLongAsTheScopeOutside() {
        long before = TensorScope.livePointers();
        try (TensorScope _ = TensorScope.open("segment")) {
            Tensor kept;
            try (TensorScope inner = TensorScope.open("step")) {
                kept = inner.keep(torch.ones(3));
            }
            assertThat(kept.sum().item_double()).isEqualTo(3);
        }
        assertThat(TensorScope.livePointers()).isEqualTo(before);
    }

    @Test
    void ownedTensorsAreClosedByTheCaller() {
        long before = TensorScope.livePointers();
        Tensor owned;
        try (TensorScope _ = TensorScope.open("step")) {
            owned = TensorScope.own(torch.ones(3));
        }
        assertThat(owned.numel()).isEqualTo(3);

        owned.close();

        assertThat(owned.isNull()).isTrue();
        assertThat(TensorScope.livePointers()).isEqualTo(before);
    }

    @Test
    void takenTensorsGoWithTheScope() {
        long before = TensorScope.livePointers();
        Tensor owned = TensorScope.own(TensorBytes.indices(1, 2, 3));
        try (TensorScope scope = TensorScope.open("step")) {
            scope.take(owned);
        }
        assertThat(owned.isNull()).isTrue();
        assertThat(TensorScope.livePointers()).isEqualTo(before);
    }

    @Test
    void refusesToCloseAnOuterScopeFirst() {
        try (TensorScope outer = TensorScope.open("run")) {
            try (TensorScope _ = TensorScope.open("step")) {
                assertThatThrownBy(outer::close)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("scope 'run'")
                        .hasMessageContaining("innermost here is 'step'");
            }
        }
    }
}
