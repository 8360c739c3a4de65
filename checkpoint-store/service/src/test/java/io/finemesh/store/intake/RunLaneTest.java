package io.finemesh.store.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.store.intake.RunLane.BaseMissing;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RunLaneTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final CheckpointId BASE = new CheckpointId("ck-base");

    private final RunLane<String> lane = new RunLane<>(Duration.ofSeconds(60));

    @Test
    void resultsComeOutInTheOrderTheyWentIn() {
        lane.add("first");
        lane.add("second");

        assertThat(lane.next()).contains("first");
        lane.done("first");
        assertThat(lane.next()).contains("second");
        lane.done("second");
        assertThat(lane.isEmpty()).isTrue();
        assertThat(lane.next()).isEmpty();
    }

    @Test
    void aResultWithoutBaseLetsTheNextOneGoFirstAndIsTriedAgainAfterIt() {
        lane.add("second");
        lane.add("first");

        assertThat(lane.stepAside("second", BASE, NOON)).isEqualTo(new BaseMissing.Wait(NOON.plusSeconds(60)));
        assertThat(lane.next()).contains("first");
        lane.done("first");

        assertThat(lane.next()).contains("second");
    }

    @Test
    void aNewResultIsAReasonToLookAgain() {
        lane.add("second");
        lane.stepAside("second", BASE, NOON);
        assertThat(lane.next()).isEmpty();
        assertThat(lane.isEmpty()).isFalse();

        lane.add("first");

        assertThat(lane.next()).contains("second");
    }

    @Test
    void lookingAgainDoesNotProlongTheWait() {
        lane.add("orphan");
        lane.stepAside("orphan", BASE, NOON);
        lane.lookAgain();

        assertThat(lane.stepAside("orphan", BASE, NOON.plusSeconds(59)))
                .isEqualTo(new BaseMissing.Wait(NOON.plusSeconds(60)));
        lane.lookAgain();
        assertThat(lane.stepAside("orphan", BASE, NOON.plusSeconds(60)))
                .isInstanceOfSatisfying(BaseMissing.GiveUp.class, giveUp -> assertThat(giveUp.problem())
                        .contains("ck-base")
                        .contains("60 s"));
    }

    @Test
    void aResultOfAnotherLaneIsAMistake() {
        assertThatThrownBy(() -> lane.stepAside("stranger", BASE, NOON)).isInstanceOf(IllegalArgumentException.class);
    }
}
