package io.finemesh.trainer.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.engine.train.Phase;
import io.finemesh.engine.train.StepReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StepLedgerTest {
    @Test
    void writesWhatTheComputationDeterminesAndNothingElse() {
        StepReport fast = report(7, 2.5, Map.of(Phase.FORWARD, 10L), 1000);
        StepReport slow = report(7, 2.5, Map.of(Phase.FORWARD, 999L), 2000);

        assertThat(text(fast))
                .isEqualTo("{\"block\":\"layer.1\",\"gradientNorm\":0.1,\"labelledTokens\":3,\"learningRate\":1.0E-4,"
                        + "\"loss\":2.5,\"skipped\":false,\"step\":7,\"tokens\":8}\n");
        assertThat(text(slow)).isEqualTo(text(fast));
    }

    @Test
    void numbersReadBackAsTheSame() throws Exception {
        for (double loss : new double[] {0.1 + 0.2, Double.MIN_VALUE, Double.MAX_VALUE, -0.0, 1.0 / 3, 1e21}) {
            byte[] line = StepLedger.bytes(List.of(report(0, loss, Map.of(), 0)));

            assertThat(StrictJson.object(new String(line, UTF_8).strip().getBytes(UTF_8))
                            .path("loss")
                            .doubleValue())
                    .isEqualTo(loss);
        }
    }

    @Test
    void whatIsNoNumberIsAString() {
        StepReport skipped =
                new StepReport(3, Double.NaN, Double.POSITIVE_INFINITY, 0, 8, 3, true, Optional.empty(), Map.of(), 0);

        assertThat(text(skipped))
                .isEqualTo("{\"gradientNorm\":\"Infinity\",\"labelledTokens\":3,\"learningRate\":0.0,\"loss\":\"NaN\","
                        + "\"skipped\":true,\"step\":3,\"tokens\":8}\n");
    }

    @Test
    void aLineAStep() {
        byte[] ledger = StepLedger.bytes(
                List.of(report(0, 1, Map.of(), 0), report(1, 1, Map.of(), 0), report(2, 1, Map.of(), 0)));

        assertThat(new String(ledger, UTF_8).lines()).hasSize(3);
    }

    private static String text(StepReport report) {
        return new String(StepLedger.bytes(List.of(report)), UTF_8);
    }

    private static StepReport report(long step, double loss, Map<Phase, Long> phases, long nativeBytes) {
        return new StepReport(step, loss, 0.1, 1e-4, 8, 3, false, Optional.of("layer.1"), phases, nativeBytes);
    }
}
