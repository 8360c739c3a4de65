package io.finemesh.evaluator.evaluation;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Leads one evaluation from what was asked to its scores.
 *
 * <ol>
 *   <li>The work is cut into ranges, the same ones on every evaluator and in every life.
 *   <li>Ranges whose answers are on the shelf and in object storage are not asked for; the others are, of all evaluators.
 *   <li>When the answers of all ranges are there they are judged together, and the records go to object storage.
 * </ol>
 *
 * <p>A crash anywhere brings the command back, here or to another evaluator, which asks only for what is missing then.
 */
final class EvaluationLead {
    private final CheckpointFetcher fetcher;
    private final JobPlanner planner;
    private final RangeShelf ranges;
    private final TaskMerger merger;
    private final PatientVoice voice;
    private final Wanted wanted;
    private final JudgeBudget ceiling;
    private final Clock clock;

    EvaluationLead(
            CheckpointFetcher fetcher,
            JobPlanner planner,
            RangeShelf ranges,
            TaskMerger merger,
            PatientVoice voice,
            Wanted wanted,
            JudgeBudget ceiling,
            Clock clock) {
        this.fetcher = fetcher;
        this.planner = planner;
        this.ranges = ranges;
        this.merger = merger;
        this.voice = voice;
        this.wanted = wanted;
        this.ceiling = ceiling;
        this.clock = clock;
    }

    EvaluationCompleted lead(Envelope<?> cause, EvaluationJob job)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Instant start = clock.instant();
        Manifest manifest = JobPlanner.manifest(fetcher, job.work().checkpoint());
        List<TaskPlan> plans = planner.plan(job.work());
        gather(cause, job, plans);
        List<TaskScore> scores = new ArrayList<>();
        List<TaskRecords> records = new ArrayList<>();
        Map<String, DatasetVersion> data = new TreeMap<>();
        for (TaskPlan plan : plans) {
            TaskMerger.Merged merged = merger.merge(job, plan, manifest, start);
            scores.addAll(merged.scores());
            records.add(merged.records());
            plan.data().ifPresent(version -> data.put(plan.measurement().name(), version));
        }
        return new EvaluationCompleted(
                job.evaluation(),
                job.run(),
                job.work().checkpoint(),
                job.work().afterSteps(),
                manifest.weightsDigest(),
                scores,
                Duration.between(start, clock.instant()).toMillis(),
                Optional.of(records),
                Optional.of(data));
    }

    private void gather(Envelope<?> cause, EvaluationJob job, List<TaskPlan> plans)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Set<BlobDigest> keys = new LinkedHashSet<>();
        JudgeShares shares = JudgeShares.of(job.work(), plans, ceiling);
        ranges.watch(job.evaluation());
        try {
            for (TaskPlan plan : plans) {
                for (TaskPlan.Range range : plan.ranges()) {
                    wanted.require(job.evaluation(), job.run());
                    // Two tasks may ask the same: it is answered once.
                    if (keys.add(range.key()) && !isThere(range.key())) {
                        voice.ask(
                                cause,
                                new ScoreRange(
                                        job.evaluation(),
                                        job.run(),
                                        job.work(),
                                        plan.index(),
                                        range.from(),
                                        range.to(),
                                        range.key(),
                                        shares.of(plan, range)));
                    }
                }
            }
            ranges.await(job.evaluation(), keys, () -> wanted.require(job.evaluation(), job.run()));
        } finally {
            ranges.unwatch(job.evaluation());
        }
    }

    /** Whether the answers of a range are where the shelf says; object storage may have been emptied since. */
    private boolean isThere(BlobDigest key) throws StoreException, IOException, InterruptedException {
        Optional<BlobReference> answers = ranges.find(key);
        if (answers.isEmpty()) {
            return false;
        }
        try {
            fetcher.blob(answers.get().digest().value(), answers.get().sizeBytes());
            return true;
        } catch (StoreException answered) {
            if (answered.isMissing()) {
                ranges.forget(key);
                return false;
            }
            throw answered;
        }
    }
}
