package io.finemesh.cli.display;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunProgressTest {
    private final RunProgress progress = new RunProgress();

    @Test
    void theLineShowsBarStepLossRateBlockAndTimeLeft() throws Exception {
        progress.take(event("{'type':'run.accepted','plan':{'totalSteps':100,'segments':2}}"));
        for (int step = 0; step < 50; step++) {
            progress.take(event(
                    "{'type':'training.step-completed','time':'2026-01-01T00:00:%02d.500Z','step':%d,'loss':1.5,'tokens':200,'block':'layer.3'}"
                            .formatted(step, step)));
        }

        assertThat(progress.line())
                .startsWith("[############------------] 50/100  loss 1.5000")
                .contains("tokens/s", "layer.3", "left");
        assertThat(progress.ended()).isFalse();
    }

    @Test
    void beforeTheFirstStepTheLineSaysWhatIsWaitedFor() throws Exception {
        assertThat(progress.line()).isEqualTo("submitted");
        progress.take(event("{'type':'run.accepted','plan':{'totalSteps':100,'segments':2}}"));
        assertThat(progress.line()).isEqualTo("waits for a trainer");
    }

    @Test
    void everyEndIsAnEnd() throws Exception {
        for (String end : new String[] {"completed", "failed", "cancelled", "rejected"}) {
            RunProgress run = new RunProgress();
            run.take(event("{'type':'run." + end + "','failure':{'message':'why'}}"));
            assertThat(run.ended()).as(end).isTrue();
            assertThat(run.phase()).isEqualTo(end);
        }
    }

    @Test
    void quantitiesAreReadable() {
        assertThat(Quantity.bytes(999)).isEqualTo("999 B");
        assertThat(Quantity.bytes(1_500_000)).isEqualTo("1.5 MB");
        assertThat(Quantity.bytes(999_960)).isEqualTo("1.0 MB");
        assertThat(Quantity.count(893_824)).isEqualTo("893.8k");
        assertThat(Quantity.count(8_030_261_248L)).isEqualTo("8030.3M");
        assertThat(Quantity.time(Duration.ofSeconds(3725))).isEqualTo("1:02:05");
        assertThat(Quantity.time(Duration.ofSeconds(65))).isEqualTo("1:05");
    }

    private static JsonNode event(String json) throws Exception {
        return new ObjectMapper().readTree(json.replace('\'', '"'));
    }
}
