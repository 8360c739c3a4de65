package io.finemesh.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.engine.model.TinyModel;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TensorMemoryTest {
    @Test
    void everyTensorIsCountedFromItsBeginningToItsEnd() {
        Backend.start(TinyModel.THREADS);
        try (TensorMemory memory = TensorMemory.watch()) {
            Tensor first = TensorScope.own(TensorBytes.empty(ScalarType.Float, 1000));
            try (TensorScope _ = TensorScope.open("second")) {
                Tensor second = TensorBytes.empty(ScalarType.BFloat16, 500);
                assertThat(second.numel()).isEqualTo(500);
                assertThat(memory.present()).isEqualTo(5000);
            }
            assertThat(memory.present()).isEqualTo(4000);
            assertThat(memory.peak()).isEqualTo(5000);
            memory.forget();
            assertThat(memory.peak()).isEqualTo(4000);
            first.close();
            assertThat(memory.present()).isZero();
        }
    }
}
