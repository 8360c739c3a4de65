package io.finemesh.gateway.answer;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.gateway.admission.SpecificationForm;
import io.finemesh.gateway.view.CommittedCheckpoint;
import io.finemesh.gateway.view.RunView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Everything about a run but its single steps.
 *
 * @param id identity
 * @param name a word for people
 * @param phase where it stands
 * @param cancelRequested whether someone asked to stop it
 * @param submittedAt when it was asked for
 * @param startedAt when its first segment was given out
 * @param endedAt when it ended
 * @param specification what was asked for, with every default filled in; can be submitted again
 * @param model what it starts from
 * @param dataset what it trains on
 * @param evaluationDataset what it is evaluated on where a task names nothing of its own
 * @param evaluationData every version that its evaluations read: what tasks are asked on, worked examples, and what a judge is asked with
 * @param plan how it is cut and what it needs
 * @param progress how far it is
 * @param checkpoints committed checkpoints by segment
 * @param evaluations evaluations in the order they began
 * @param retries segments that were given out again
 * @param result how it ended well
 * @param failure why it ended otherwise
 * @param lastCheckpoint last committed checkpoint
 * @param position where its events stand now
 * @param links where to go on
 */
@Schema(description = "Everything about a run but its single steps")
public record RunDetail(
        String id,
        String name,

        @Schema(
                enumeration = {
                    "submitted",
                    "accepted",
                    "training",
                    "evaluating",
                    "completed",
                    "failed",
                    "cancelled",
                    "rejected"
                })
        String phase,

        boolean cancelRequested,
        Instant submittedAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,

        @Schema(description = "What was asked for, with every default filled in; can be submitted again")
        Optional<Map<String, Object>> specification,

        Optional<Model> model,
        Optional<Dataset> dataset,
        Optional<Dataset> evaluationDataset,
        List<String> evaluationData,
        Optional<Plan> plan,
        RunProgress progress,
        List<Checkpoint> checkpoints,
        List<EvaluationAnswer> evaluations,
        List<Retry> retries,
        Optional<Result> result,
        Optional<FailureAnswer> failure,
        Optional<String> lastCheckpoint,

        @Schema(
                description =
                        "Where the run's events stand now: as Last-Event-ID it asks for what comes after this answer",
                examples = "1.q1.r12.s340")
        String position,

        RunLinks links) {
    /** The detail of a run. */
    public static RunDetail of(RunView run) {
        return new RunDetail(
                run.id().value(),
                RunSummary.nameOf(run),
                run.phase().word(),
                run.cancelRequested(),
                run.submittedAt(),
                run.startedAt(),
                run.endedAt(),
                run.specification().map(SpecificationForm::of),
                run.model()
                        .map(model -> new Model(
                                run.specification().map(RunSpecification::model),
                                model.checkpoint().value(),
                                model.parameterCount(),
                                model.weightBytes())),
                run.dataset().map(dataset -> Dataset.of(run.specification().map(RunSpecification::dataset), dataset)),
                run.evaluationDataset()
                        .map(dataset -> Dataset.of(
                                run.specification()
                                        .flatMap(each -> each.evaluation().dataset()),
                                dataset)),
                run.evaluationData().stream()
                        .map(data -> data.version().value())
                        .distinct()
                        .toList(),
                run.plan().map(Plan::of),
                RunProgress.of(run),
                run.checkpoints().stream().map(Checkpoint::of).toList(),
                run.evaluations().stream().map(EvaluationAnswer::of).toList(),
                run.retries().stream()
                        .map(retry -> new Retry(
                                retry.retried().segmentIndex(),
                                retry.retried().attempt(),
                                FailureAnswer.of(retry.retried().failure()),
                                retry.at()))
                        .toList(),
                run.result().map(result -> Result.of(run, result)),
                run.failure().map(FailureAnswer::of),
                run.lastCheckpoint().map(CheckpointId::value),
                run.position().toString(),
                RunLinks.of(run.id()));
    }

    /**
     * What a run starts from.
     *
     * @param name as the user named it
     * @param checkpoint what that was when the run was submitted
     * @param parameterCount number of parameters
     * @param weightBytes bytes of all tensors as stored
     */
    @Schema(name = "RunModel", description = "What a run starts from")
    public record Model(Optional<String> name, String checkpoint, long parameterCount, long weightBytes) {}

    /**
     * What a run reads.
     *
     * @param name as the user named it
     * @param version what that was when the run was submitted
     * @param samples rows that can be used
     */
    @Schema(name = "RunDataset", description = "What a run reads")
    public record Dataset(Optional<String> name, String version, long samples) {
        static Dataset of(Optional<String> name, ResolvedDataset dataset) {
            return new Dataset(name, dataset.version().value(), dataset.samples());
        }
    }

    /**
     * How a run is cut.
     *
     * @param totalSteps optimizer steps
     * @param segments number of segments
     * @param blocks block ids from the input upwards
     * @param stepsPerSegment optimizer steps of a full segment
     * @param memory bytes a trainer needs, by component and in all
     */
    @Schema(name = "RunPlan", description = "How a run is cut and what it needs")
    public record Plan(long totalSteps, int segments, List<String> blocks, int stepsPerSegment, Memory memory) {
        static Plan of(RunPlan plan) {
            return new Plan(
                    plan.totalSteps(),
                    plan.segments(),
                    plan.blocks(),
                    plan.stepsPerSegment(),
                    new Memory(
                            plan.memory().weightsBytes(),
                            plan.memory().masterBytes(),
                            plan.memory().gradientBytes(),
                            plan.memory().optimizerStateBytes(),
                            plan.memory().activationBytes(),
                            plan.memory().logitsBytes(),
                            plan.memory().overheadBytes(),
                            plan.memory().totalBytes()));
        }
    }

    /** Bytes a trainer needs at its peak, by component and in all. */
    @Schema(name = "RunMemory", description = "Bytes a trainer needs at its peak, by component and in all")
    public record Memory(
            long weightsBytes,
            long masterBytes,
            long gradientBytes,
            long optimizerStateBytes,
            long activationBytes,
            long logitsBytes,
            long overheadBytes,
            long totalBytes) {}

    /**
     * A committed checkpoint of a run.
     *
     * @param id identity
     * @param segment segment that made it
     * @param block block that was trained
     * @param lastStep 0-based last optimizer step in it
     * @param parent checkpoint it is a delta on
     * @param weightsDigest digest of the weights
     * @param newBytes bytes that it added
     * @param changedTensors number of tensors that differ from the parent's
     * @param committedAt when
     * @param href where more is told of it
     */
    @Schema(name = "RunCheckpoint", description = "A committed checkpoint of a run")
    public record Checkpoint(
            String id,
            int segment,
            Optional<String> block,
            long lastStep,
            String parent,
            String weightsDigest,
            long newBytes,
            int changedTensors,
            Instant committedAt,
            String href) {
        static Checkpoint of(CommittedCheckpoint checkpoint) {
            String id = checkpoint.committed().checkpoint().value();
            return new Checkpoint(
                    id,
                    checkpoint.committed().segmentIndex(),
                    checkpoint.block(),
                    checkpoint.committed().lastStep(),
                    checkpoint.committed().parent().value(),
                    checkpoint.committed().weightsDigest(),
                    checkpoint.committed().newBytes(),
                    checkpoint.committed().changedTensors().size(),
                    checkpoint.at(),
                    "/v1/checkpoints/" + id);
        }
    }

    /**
     * A segment that was given out again.
     *
     * @param segment position of the segment
     * @param attempt attempts so far, the new one included
     * @param failure why the last attempt ended
     * @param at when
     */
    @Schema(name = "RunRetry", description = "A segment that was given out again")
    public record Retry(int segment, int attempt, FailureAnswer failure, Instant at) {}

    /**
     * How a run ended well.
     *
     * @param checkpoint the last checkpoint
     * @param weightsDigest digest of its weights
     * @param steps optimizer steps taken
     * @param outputName model name that the checkpoint gets
     * @param export where its files are
     */
    @Schema(name = "RunResult", description = "How a run ended well")
    public record Result(
            String checkpoint, String weightsDigest, long steps, Optional<String> outputName, String export) {
        static Result of(RunView run, RunCompleted completed) {
            return new Result(
                    completed.checkpoint().value(),
                    completed.weightsDigest(),
                    completed.steps(),
                    run.specification().flatMap(RunSpecification::outputName),
                    "/v1/checkpoints/" + completed.checkpoint() + "/export");
        }
    }
}
