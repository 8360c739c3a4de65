package io.finemesh.scheduler.messaging;

import static io.finemesh.scheduler.promotion.PromotionStory.RULES;
import static io.finemesh.scheduler.promotion.PromotionStory.first;
import static io.finemesh.scheduler.promotion.PromotionStory.policy;
import static io.finemesh.scheduler.promotion.PromotionStory.scores;
import static io.finemesh.scheduler.promotion.PromotionStory.submission;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.registry.RegistryEvent;
import io.finemesh.contract.wire.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promotion in the whole topology: from a run of a policy to the alias, over a scheduler that is killed on the way. */
class PromotionTopologyTest {
    @TempDir
    Path directory;

    private StreamsMesh mesh;

    @BeforeEach
    void start() {
        mesh = new StreamsMesh(directory.resolve("1"));
        mesh.say(Topics.POLICIES, "nightly", policy(1, false, RULES));
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    @Test
    void aRunOfAPolicyEndsWithTheAliasThoughTheSchedulerIsKilledBeforeTheScoresCome() {
        EvaluateCheckpoint asked = completedRun("run-1");
        mesh = mesh.killedAndRestarted(directory.resolve("2"));

        scored(asked, 40);
        scored(asked, 40);

        List<RegistryEvent> said = mesh.said(Topics.REGISTRY);
        assertThat(said).hasSize(2);
        assertThat(said.getFirst()).isInstanceOf(GateDecided.class);
        assertThat(said.getLast()).isInstanceOfSatisfying(AliasMoved.class, moved -> {
            assertThat(moved.alias()).isEqualTo("champion");
            assertThat(moved.to()).isEqualTo(asked.checkpoint());
        });
    }

    @Test
    void peopleMoveAliasesAndWhatCannotBeReadGoesToTheDeadLetters() {
        mesh.sayRaw(Topics.REGISTRY_COMMANDS.name(), "tiny@champion", "{".getBytes(UTF_8), new RecordHeaders());
        mesh.sayRaw(Topics.POLICIES.name(), "nightly", "{".getBytes(UTF_8), new RecordHeaders());
        mesh.say(
                Topics.REGISTRY_COMMANDS,
                "tiny@champion",
                new MoveAlias("tiny", "champion", Optional.of(new CheckpointId("ck-7")), "r-1", "ada", "by hand"));

        assertThat(mesh.said(Topics.REGISTRY)).singleElement().isInstanceOf(AliasMoved.class);
        assertThat(mesh.records(Topics.REGISTRY_COMMANDS.deadLetterName())).hasSize(1);
        assertThat(mesh.records(Topics.POLICIES.deadLetterName()))
                .as("once, by the triggers")
                .hasSize(1);
    }

    /** A run of the policy from its submission to its end; what promotion then asks. */
    private EvaluateCheckpoint completedRun(String run) {
        mesh.beat(StreamsMesh.idle("trainer-0", "life-1"));
        mesh.say(Topics.RUN_COMMANDS, run, submission(run));
        mesh.finish(mesh.granted());
        List<EvaluateCheckpoint> ofTheRun = mesh.said(Topics.EVALUATION_COMMANDS);
        scored(ofTheRun.getLast(), 40);
        List<EvaluateCheckpoint> asked = mesh.said(Topics.EVALUATION_COMMANDS);
        assertThat(asked).singleElement().satisfies(one -> assertThat(one.runId())
                .isEmpty());
        assertThat(mesh.said(Topics.REGISTRY)).as("the nominee").singleElement().isInstanceOf(AliasMoved.class);
        return asked.getFirst();
    }

    private void scored(EvaluateCheckpoint asked, int right) {
        mesh.say(
                Topics.EVALUATION_EVENTS,
                asked.runId().map(Object::toString).orElse(asked.evaluation().value()),
                new EvaluationCompleted(
                        asked.evaluation(),
                        asked.runId(),
                        asked.checkpoint(),
                        asked.afterSteps(),
                        "digest",
                        scores(first(right)),
                        5,
                        Optional.empty(),
                        Optional.empty()));
    }
}
