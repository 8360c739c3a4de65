package io.finemesh.gateway.lineage;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.gateway.view.CommittedCheckpoint;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RunView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a suspect has touched. A run touches its checkpoints from the step on that first reads the suspect, or all of them when it starts from a touched one. Runs
 * are followed in the order of their submission, in which a run can only start from what was there.
 *
 * @param runs touched runs, and those that will be, oldest first
 * @param evaluations evaluations that read the suspect
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
     * @param firstStep the 0-based step that first read the suspect; empty where that is not known, or it started from a touched checkpoint, so all of it counts
     * @param checkpoints the checkpoints it made that are touched
     * @param clean the last checkpoint that the suspect did not touch, of this run or before it
     * @param cleanSteps steps of this run in that checkpoint; 0 where it is from before the run
     */
    public record Touched(
            RunId run,
            boolean directly,
            Optional<CheckpointId> base,
            OptionalLong firstStep,
            List<CheckpointId> checkpoints,
            Optional<CheckpointId> clean,
            long cleanSteps) {
        public Touched {
            checkpoints = List.copyOf(checkpoints);
        }
    }

    /** Follows a suspect. */
    public static Impact of(Suspect suspect, MeshView mesh) {
        List<Touched> touched = new ArrayList<>();
        Map<CheckpointId, Touched> madeBy = new HashMap<>();
        mesh.runs().stream()
                .sorted(Comparator.comparing(RunView::submittedAt)
                        .thenComparing(run -> run.id().value()))
                .forEach(run -> run.model()
                        .map(ResolvedModel::checkpoint)
                        .map(madeBy::get)
                        .map(before -> startedFrom(run, before, trainsOn(run, suspect)))
                        .or(() -> trained(run, suspect))
                        .ifPresent(found -> {
                            touched.add(found);
                            found.checkpoints().forEach(checkpoint -> madeBy.putIfAbsent(checkpoint, found));
                        }));
        return new Impact(touched, ReadData.evaluationsOf(suspect, mesh));
    }

    private static boolean trainsOn(RunView run, Suspect suspect) {
        return run.dataset().filter(data -> suspect.isIn(data.version())).isPresent();
    }

    private static Touched startedFrom(RunView run, Touched before, boolean directly) {
        return new Touched(
                run.id(),
                directly,
                run.model().map(ResolvedModel::checkpoint),
                OptionalLong.empty(),
                run.checkpoints().stream().map(Impact::id).toList(),
                before.clean(),
                0);
    }

    /** What a run has of a suspect in its own data; empty where it never comes to read it. */
    private static Optional<Touched> trained(RunView run, Suspect suspect) {
        if (!trainsOn(run, suspect)) {
            return Optional.empty();
        }
        ResolvedDataset data = run.dataset().orElseThrow();
        OptionalLong place = suspect.placeIn(data.version());
        boolean counted = place.isPresent() && run.order().isPresent();
        OptionalLong read =
                counted ? Reading.firstStep(run.order().orElseThrow(), place.getAsLong()) : OptionalLong.of(0);
        if (read.isEmpty() || read.getAsLong() >= steps(run)) {
            return Optional.empty();
        }
        long firstStep = read.getAsLong();
        Optional<CommittedCheckpoint> last = run.checkpoints().stream()
                .filter(each -> each.committed().lastStep() < firstStep)
                .max(Comparator.comparingLong(each -> each.committed().lastStep()));
        return Optional.of(new Touched(
                run.id(),
                true,
                run.model().map(ResolvedModel::checkpoint),
                counted ? OptionalLong.of(firstStep) : OptionalLong.empty(),
                run.checkpoints().stream()
                        .filter(each -> each.committed().lastStep() >= firstStep)
                        .map(Impact::id)
                        .toList(),
                last.map(Impact::id).or(() -> run.model().map(ResolvedModel::checkpoint)),
                last.map(CommittedCheckpoint::committed)
                        .map(CheckpointCommitted::lastStep)
                        .map(step -> step + 1)
                        .orElse(0L)));
    }

    /** Steps of a run that count: those that were committed once it has ended, else all that it has before it. */
    private static long steps(RunView run) {
        return run.endedAt().isPresent()
                ? run.committedSteps()
                : run.totalSteps().orElse(Long.MAX_VALUE);
    }

    private static CheckpointId id(CommittedCheckpoint checkpoint) {
        return checkpoint.committed().checkpoint();
    }

    /** Every touched checkpoint. */
    public Set<CheckpointId> checkpoints() {
        Set<CheckpointId> all = new HashSet<>();
        runs.forEach(run -> all.addAll(run.checkpoints()));
        return all;
    }
}
