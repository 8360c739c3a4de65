package io.finemesh.scheduler.trigger;

import static io.finemesh.scheduler.trigger.PolicyStory.limits;
import static io.finemesh.scheduler.trigger.PolicyStory.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.RegressionTrigger;
import io.finemesh.contract.trigger.CheckpointScored;
import io.finemesh.contract.trigger.ScoredFigure;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerFired;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A checkpoint that holds an alias and gets worse. */
class RegressionTest {
    private final PolicyStory story = new PolicyStory();

    @Test
    void aChampionThatScoresWorseThanItOnceDidFires() {
        RegressionTrigger worse = new RegressionTrigger("worse", "exact_match", "exact_match", Better.HIGHER, 0.05);
        story.rows("stream", 5).hear(policy(1, limits(0, 10), worse));
        story.hear(scored("e-1", "ck-one", 0.80)).champion("ck-one");
        story.hear(scored("e-2", "ck-one", 0.76)).hear(scored("e-3", "ck-other", 0.10));
        assertThat(story.said()).as("not worse enough, or not the champion").isEmpty();

        story.hear(scored("e-4", "ck-one", 0.74));

        TriggerFired fired = story.fired();
        assertThat(fired.why().kind()).isEqualTo("regression");
        assertThat(fired.why().figures()).containsEntry("first", 0.80).containsEntry("now", 0.74);
        assertThat(fired.baseCheckpoint()).contains(new CheckpointId("ck-one"));
        story.hear(scored("e-4", "ck-one", 0.74));
        assertThat(story.said()).as("the same evaluation again").isEmpty();
    }

    @Test
    void aRegressionDoesNotFireItselfThroughTheRunThatItCaused() {
        RegressionTrigger worse = new RegressionTrigger("worse", "exact_match", "exact_match", Better.HIGHER, 0.05);
        story.rows("stream", 5).hear(policy(1, limits(0, 10), worse));
        story.hear(scored("e-1", "ck-one", 0.80)).champion("ck-one").hear(scored("e-2", "ck-one", 0.74));
        assertThat(story.fired().why().figures()).containsEntry("now", 0.74);

        story.hear(scored("e-3", "ck-one", 0.74)).hear(scored("e-4", "ck-one", 0.70));
        assertThat(story.said())
                .as("what it fired on, scored again by its own run")
                .isEmpty();
        story.hear(scored("e-5", "ck-one", 0.69));
        assertThat(story.fired().why().figures())
                .as("it fell further")
                .containsEntry("first", 0.80)
                .containsEntry("now", 0.69);

        story.hear(scored("e-6", "ck-one", 0.79));
        assertThat(story.said()).isEmpty();
        story.hear(scored("e-7", "ck-one", 0.74));
        assertThat(story.fired().why().kind()).as("it was well in between").isEqualTo("regression");
        story.hear(scored("e-8", "ck-two", 0.80)).champion("ck-two").hear(scored("e-9", "ck-two", 0.74));
        assertThat(story.fired().why().sentence()).as("another checkpoint").contains("ck-two");
    }

    @Test
    void twoPoliciesOnOneAliasDoNotFireEachOtherForEver() {
        RegressionTrigger worse = new RegressionTrigger("worse", "exact_match", "exact_match", Better.HIGHER, 0.05);
        PolicyDefined one = policy(1, limits(0, 10), worse);
        story.rows("stream", 5).hear(one).hear(PolicyStory.named("other", one));
        story.hear(scored("e-1", "ck-one", 0.80)).champion("ck-one").hear(scored("e-2", "ck-one", 0.70));
        assertThat(story.said()).extracting(TriggerEvent::policy).containsExactlyInAnyOrder("nightly", "other");

        // The run of each scores the champion of both again.
        story.hear(scored("e-3", "ck-one", 0.70)).hear(scored("e-4", "ck-one", 0.70));

        assertThat(story.said()).isEmpty();
    }

    @Test
    void aChangedRegressionBeginsAnewAndAnUnchangedOneRemembers() {
        RegressionTrigger worse = new RegressionTrigger("worse", "exact_match", "exact_match", Better.HIGHER, 0.05);
        RegressionTrigger finer = new RegressionTrigger("worse", "exact_match", "exact_match", Better.HIGHER, 0.04);
        story.rows("stream", 5).hear(policy(1, limits(0, 10), worse));
        story.hear(scored("e-1", "ck-one", 0.80)).champion("ck-one").hear(scored("e-2", "ck-one", 0.70));
        story.fired();

        story.hear(policy(2, limits(1, 10), worse)).hear(scored("e-3", "ck-one", 0.70));
        assertThat(story.said()).isEmpty();
        story.hear(policy(3, limits(0, 10), finer)).hear(scored("e-4", "ck-one", 0.70));
        assertThat(story.fired().why().kind()).isEqualTo("regression");
    }

    private static CheckpointScored scored(String evaluation, String checkpoint, double value) {
        return new CheckpointScored(
                Optional.of(new RunId("r-1")),
                new EvaluationId(evaluation),
                new CheckpointId(checkpoint),
                List.of(new ScoredFigure("exact_match", "exact_match", value)));
    }
}
