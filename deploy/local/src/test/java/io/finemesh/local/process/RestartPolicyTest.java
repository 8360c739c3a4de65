package io.finemesh.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
    private static final RestartPolicy POLICY =
            new RestartPolicy(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60));

    @Test
    void doublesTheWaitUpToTheLongest() {
        assertThat(IntStream.rangeClosed(1, 9).mapToObj(POLICY::pause).map(Duration::toMillis))
                .containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L, 30000L);
        assertThat(POLICY.pause(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void countsFailuresInARowAndForgetsThemAfterAHealthyRun() {
        assertThat(POLICY.failuresInRow(0, Duration.ZERO)).isEqualTo(1);
        assertThat(POLICY.failuresInRow(4, Duration.ofMillis(59_999))).isEqualTo(5);
        assertThat(POLICY.failuresInRow(4, Duration.ofSeconds(60))).isEqualTo(1);
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThatIllegalArgumentException().isThrownBy(() -> POLICY.pause(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RestartPolicy(Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RestartPolicy(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO))
                .withMessageContaining("PT2S");
    }
}
