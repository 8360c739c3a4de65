package io.finemesh.scheduler.placement;

import static io.finemesh.scheduler.placement.PlacementStory.grants;
import static io.finemesh.scheduler.placement.PlacementStory.idle;
import static io.finemesh.scheduler.placement.PlacementStory.living;
import static io.finemesh.scheduler.placement.PlacementStory.reborn;
import static io.finemesh.scheduler.placement.PlacementStory.training;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerIncarnation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whatever a trainer's former lives are still heard to say, its present one keeps its lease. */
class TrainerLivesTest {
    private final PlacementStory story = new PlacementStory();

    @Test
    void aHeartbeatOfAnyFormerLifeIsNotTakenForANewOne() {
        story.beat(idle("t0"));
        story.beat(reborn("t0"));
        story.beat(living("t0", "life-3"));
        story.place("a", 1);

        assertThat(story.beat(idle("t0"))).as("the life before the last").isEmpty();
        assertThat(story.beat(reborn("t0"))).as("the last life").isEmpty();
        assertThat(story.beat(training("t0", "life-3", "a", 1))).isEmpty();

        assertThat(story.board().leaseOf(new RunId("a"))).hasValueSatisfying(lease -> {
            assertThat(lease.incarnation().value()).isEqualTo("life-3");
            assertThat(lease.confirmed()).isTrue();
        });
    }

    @Test
    void aLateHeartbeatOfATrainerThatFellSilentIsNotItsReturn() {
        story.beat(idle("t0"));
        story.pass(Duration.ofSeconds(11));
        story.place("a", 1);

        assertThat(story.beatOf(1, idle("t0"))).as("what it said before").isEmpty();
        assertThat(grants(story.beat(idle("t0")))).as("the silence ends").containsExactly("a@1 on t0");
    }

    @Test
    void afterASilenceTheFormerLifeStaysFormer() {
        story.beat(idle("t0"));
        story.pass(Duration.ofSeconds(11));
        story.beat(reborn("t0"));
        story.place("a", 1);

        assertThat(story.beat(idle("t0"))).isEmpty();
        assertThat(story.board().leases()).hasSize(1);
    }

    @Test
    void aTrainerThatRestartsForEverRemembersABoundedNumberOfLives() {
        for (int life = 0; life < 100; life++) {
            story.beat(living("t0", "life-" + life));
        }
        assertThat(story.board().trainers().values()).singleElement().satisfies(trainer -> assertThat(trainer.former())
                .hasSize(16)
                .endsWith(new TrainerIncarnation("life-98")));
    }
}
