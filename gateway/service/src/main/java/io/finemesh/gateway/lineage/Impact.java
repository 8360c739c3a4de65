package io.finemesh.gateway.lineage;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RunView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a suspect has touched. A run touches when it trains on a version with the suspect, or starts from a checkpoint that a touched run made; all of its
 * checkpoints count, since in which step a row was first seen is a matter of the trainer's shuffling. Runs are followed in the order of their submission, in
 * which a run can only start from what was there.
 *
 * @param runs touched runs, oldest first
 * @param evaluations evaluations on a version that holds the suspect out
 */
public record Impact(List<Touched> runs, List<EvaluationId> evaluations) {
    public Impact {
        runs = List.copyOf(runs);
        evaluations = List.copyOf(evaluations);
    }

    /**
     * A touched run.
     *
     * @param run the run
     * @param directly whether it trained on the suspect itself
     * @param base the checkpoint it started from
     * @param checkpoints the checkpoints it made
     * @param clean the last checkpoint before it that the suspect did not touch
     */
    public record Touched(
            RunId run,
            boolean directly,
            Optional<CheckpointId> base,
            List<CheckpointId> checkpoints,
            Optional<CheckpointId> clean) {
        public Touched {
            checkpoints = List.copyOf(checkpoints);
        }
    }

    /** Follows a suspect. */
    public static Impact of(Suspect suspect, MeshView mesh) {
        List<Touched> touched = new ArrayList<>();
        List<EvaluationId> evaluations = new ArrayList<>();
        Set<RunId> known = new HashSet<>();
        List<RunView> runs = mesh.runs().stream()
                .sorted(Comparator.comparing(RunView::submittedAt)
                        .thenComparing(run -> run.id().value()))
                .toList();
        for (RunView run : runs) {
            boolean directly = suspect.trains()
                    && run.dataset().filter(each -> has(suspect, each)).isPresent();
            Optional<Touched> before = madeBy(run, touched);
            if ((directly || before.isPresent()) && known.add(run.id())) {
                Optional<CheckpointId> base = run.model().map(ResolvedModel::checkpoint);
                touched.add(new Touched(
                        run.id(),
                        directly,
                        base,
                        run.checkpoints().stream()
                                .map(each -> each.committed().checkpoint())
                                .toList(),
                        before.isPresent() ? before.get().clean() : base));
            }
            if (run.evaluationData().stream().anyMatch(each -> has(suspect, each))) {
                run.evaluations().forEach(evaluation -> evaluations.add(evaluation.id()));
            }
        }
        return new Impact(touched, evaluations);
    }

    private static boolean has(Suspect suspect, ResolvedDataset dataset) {
        return suspect.isIn(dataset.version().value());
    }

    /** The touched run whose checkpoint a run starts from. */
    private static Optional<Touched> madeBy(RunView run, List<Touched> touched) {
        Optional<CheckpointId> base = run.model().map(ResolvedModel::checkpoint);
        return touched.stream()
                .filter(each -> base.isPresent() && each.checkpoints().contains(base.get()))
                .findFirst();
    }

    /** Every touched checkpoint. */
    public Set<CheckpointId> checkpoints() {
        Set<CheckpointId> all = new HashSet<>();
        runs.forEach(run -> all.addAll(run.checkpoints()));
        return all;
    }
}
