package io.finemesh.contract.run;

import io.finemesh.contract.id.CheckpointId;
import java.util.Map;
import java.util.Optional;

/**
 * What the names in a run's evaluation stand for, beside its own data set, resolved at submission.
 *
 * @param datasets data sets by the names that tasks and judge use
 * @param base checkpoint that an update report and pairs of answers compare with; absent = the one that the run starts from
 * @param judge the checkpoint that rates; absent where a server does, or nobody
 */
public record ResolvedEvaluation(
        Map<String, ResolvedDataset> datasets, Optional<CheckpointId> base, Optional<CheckpointId> judge) {
    /** Nothing beside the evaluation's own data set. */
    public static final ResolvedEvaluation NOTHING =
            new ResolvedEvaluation(Map.of(), Optional.empty(), Optional.empty());

    public ResolvedEvaluation {
        datasets = Map.copyOf(datasets);
        base = base == null ? Optional.empty() : base;
        judge = judge == null ? Optional.empty() : judge;
    }
}
