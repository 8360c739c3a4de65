package io.finemesh.scheduler.promotion;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.run.SubmitRun;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A run of a policy on its way to the gate.
 *
 * @param submission the run
 * @param comparison what is compared, once the run is complete
 */
public record Candidate(SubmitRun submission, Optional<Comparison> comparison) {
    public Candidate {
        requireNonNull(submission, "submission is null");
        comparison = comparison == null ? Optional.empty() : comparison;
    }

    /**
     * Challenger and champion, to be scored on the same samples.
     *
     * @param challenger the run's last checkpoint
     * @param champion checkpoint that holds the alias; absent when none does
     * @param attempt 1 for the first; another attempt asks under other identities
     * @param challengerScores once they are there
     * @param championScores once they are there
     */
    public record Comparison(
            CheckpointId challenger,
            Optional<CheckpointId> champion,
            int attempt,
            Optional<List<TaskScore>> challengerScores,
            Optional<List<TaskScore>> championScores) {
        public Comparison {
            requireNonNull(challenger, "challenger is null");
            champion = champion == null ? Optional.empty() : champion;
            challengerScores = challengerScores == null ? Optional.empty() : challengerScores.map(List::copyOf);
            championScores = championScores == null ? Optional.empty() : championScores.map(List::copyOf);
        }

        boolean isComplete() {
            return challengerScores.isPresent() && (champion.isEmpty() || championScores.isPresent());
        }

        Comparison scored(boolean ofChallenger, List<TaskScore> scores) {
            return ofChallenger
                    ? new Comparison(challenger, champion, attempt, Optional.of(scores), championScores)
                    : new Comparison(challenger, champion, attempt, challengerScores, Optional.of(scores));
        }
    }

    String policy() {
        return submission.origin().orElseThrow().policy();
    }

    Candidate comparing(Comparison next) {
        return new Candidate(submission, Optional.of(next));
    }

    /** Identity of the evaluation of one of the two; asking again gives the same one. */
    EvaluationId evaluation(CheckpointId checkpoint, int attempt) {
        String name = "promotion|" + submission.runId() + '|' + checkpoint + '|' + attempt;
        return new EvaluationId("ev-" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }
}
