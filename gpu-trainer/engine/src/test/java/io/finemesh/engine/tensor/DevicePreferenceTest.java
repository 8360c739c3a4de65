package io.finemesh.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicePreferenceTest {
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "auto", "cuda:0", "cuda:7"})
    void namesReadAsTheyAreWritten(String name) {
        assertThat(DevicePreference.parse(name)).hasToString(name);
    }

    @Test
    void cudaIsTheFirstDevice() {
        assertThat(DevicePreference.parse("cuda")).isEqualTo(new DevicePreference.Cuda(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:-1", "cuda:100", "CUDA", "cuda:0x"})
    void anythingElseIsRefusedWithWhatIsAllowed(String name) {
        assertThatThrownBy(() -> DevicePreference.parse(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining("allowed: auto, cpu, cuda, cuda:0 to cuda:99");
    }
}
