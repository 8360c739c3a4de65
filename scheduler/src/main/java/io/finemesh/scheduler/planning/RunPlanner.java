package io.finemesh.scheduler.planning;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.MemoryByComponent;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.SwitchInterval;
import io.finemesh.plan.memory.MemoryEstimate;
import io.finemesh.plan.memory.MemoryPlan;
import io.finemesh.plan.memory.MemoryVerdict;
import io.finemesh.plan.schedule.SegmentPlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Holds a submission against reality: the data set's size, the model's structure, memory. The gateway has checked each field by itself; here
 * is what only shows when fields, model and data meet. All objections are given at once.
 *
 * <ol>
 *   <li>Steps: {@code maxSteps}, or epochs x samples / samples per step, rounded up, so that no epoch is cut short.
 *   <li>Where all parameters are trained at once: segments of {@code checkpointSteps}, but of {@value #MOST_STEPS_PER_SEGMENT} at most: what is
 *       not committed is lost with its trainer, and other runs get their turn between segments only.
 *   <li>Block-wise: blocks from the model's structure; K as asked, or automatic and then never longer than the run. A segment is a visit.
 *   <li>Memory by component; refused when above the submission's own limit, with the settings that would fit.
 * </ol>
 */
public final class RunPlanner {
    /** Optimizer steps of the longest segment of a method that is not block-wise, however seldom checkpoints are asked for. */
    static final int MOST_STEPS_PER_SEGMENT = 1_000;

    private RunPlanner() {}

    /** The plan of a submission, or everything that is wrong with it. */
    public static Planning plan(SubmitRun submission) {
        Objections objections = new Objections();
        RunSpecification specification = submission.specification();
        checkBatch(specification.batch(), objections);
        checkOptimizer(specification.optimizer(), objections);
        checkEvaluation(submission, objections);
        OptionalLong totalSteps = totalSteps(submission, objections);
        totalSteps.ifPresent(steps -> checkAgainstLength(specification, steps, objections));
        Optional<ModelConfiguration> model = model(submission, objections);
        List<Block> blocks = model.map(
                        configuration -> MethodPlanning.check(configuration, specification.method(), objections))
                .orElse(List.of());
        checkPrecision(submission, objections);
        if (!objections.none() || model.isEmpty() || totalSteps.isEmpty()) {
            return objections.refusal();
        }
        int stepsPerSegment = stepsPerSegment(submission, totalSteps.getAsLong(), blocks.size());
        SegmentPlan segments;
        try {
            segments = RunSegments.cut(
                    specification, blocks, totalSteps.getAsLong(), stepsPerSegment, MeasuredBlocks.NONE);
        } catch (IllegalArgumentException tooMany) {
            objections.add(FailureCode.INVALID_SPECIFICATION, tooMany.getMessage());
            return objections.refusal();
        }
        MemoryPlan memory = MethodPlanning.memory(model.get(), specification);
        MemoryByComponent needed;
        try {
            needed = byComponent(memory.estimate());
            specification.memoryLimitBytes().ifPresent(limit -> checkMemory(memory, limit, objections));
        } catch (ArithmeticException beyondCounting) {
            objections.add(
                    FailureCode.INVALID_SPECIFICATION,
                    "the run needs more bytes of memory than can be counted; lower samplesPerStep or cutoffTokens, or raise"
                            + " gradientAccumulationSteps");
            return objections.refusal();
        }
        if (!objections.none()) {
            return objections.refusal();
        }
        return new Planning.Planned(new RunPlan(
                totalSteps.getAsLong(),
                segments.count(),
                blocks.stream().map(Block::id).toList(),
                stepsPerSegment,
                needed));
    }

    private static void checkBatch(BatchSpecification batch, Objections objections) {
        objections.require(
                batch.samplesPerStep() >= 1, "samplesPerStep is " + batch.samplesPerStep() + ", allowed: 1 or more");
        objections.require(
                batch.gradientAccumulationSteps() >= 1
                        && batch.gradientAccumulationSteps() <= Math.max(1, batch.samplesPerStep()),
                "gradientAccumulationSteps is " + batch.gradientAccumulationSteps() + ", allowed: 1 to the "
                        + Math.max(1, batch.samplesPerStep()) + " samples of a step");
        objections.require(
                batch.cutoffTokens() >= 1, "cutoffTokens is " + batch.cutoffTokens() + ", allowed: 1 or more");
        if (objections.none()) {
            long tokens = (long) Math.ceilDiv(batch.samplesPerStep(), batch.gradientAccumulationSteps())
                    * batch.cutoffTokens();
            objections.require(
                    tokens <= Integer.MAX_VALUE,
                    "a micro-batch has up to " + tokens + " tokens, allowed: up to " + Integer.MAX_VALUE
                            + "; lower samplesPerStep or cutoffTokens, or raise gradientAccumulationSteps");
        }
    }

    private static void checkOptimizer(OptimizerSpecification optimizer, Objections objections) {
        objections.require(
                optimizer.learningRate() > 0 && Double.isFinite(optimizer.learningRate()),
                "learningRate is " + optimizer.learningRate() + ", allowed: finite and above 0");
        objections.require(
                optimizer.finalFraction() >= 0 && optimizer.finalFraction() <= 1,
                "finalFraction is " + optimizer.finalFraction() + ", allowed: 0 to 1");
        objections.require(
                optimizer.warmupSteps() >= 0, "warmupSteps is " + optimizer.warmupSteps() + ", allowed: 0 or more");
    }

    private static void checkEvaluation(SubmitRun submission, Objections objections) {
        EvaluationSpecification evaluation = submission.specification().evaluation();
        List<String> withoutData = evaluation.tasks().stream()
                .filter(task -> task.task() != EvaluationTask.UPDATE_REPORT)
                .filter(task -> task.options().flatMap(TaskOptions::dataset).isEmpty())
                .map(TaskSpecification::name)
                .toList();
        objections.require(
                withoutData.isEmpty() || submission.evaluationDataset().isPresent(),
                "evaluation has no held-out data set for " + String.join(", ", withoutData)
                        + "; name one under evaluation.dataset, or one for each task");
        objections.require(
                evaluation.judge().isPresent()
                        || evaluation.tasks().stream()
                                .noneMatch(task -> task.task().isJudged()),
                "evaluation has a task that a judge rates and no judge; name one under evaluation.judge");
        objections.require(
                evaluation.everySegments() >= 0,
                "evaluation.everySegments is " + evaluation.everySegments() + ", allowed: 0 (only at the end) or more");
    }

    private static OptionalLong totalSteps(SubmitRun submission, Objections objections) {
        RunSpecification specification = submission.specification();
        long samples = submission.dataset().samples();
        if (samples < 1) {
            objections.add(
                    FailureCode.DATASET_NOT_USABLE,
                    "data set " + submission.dataset().version() + " has no sample that can be trained on");
        }
        if (specification.epochs().isPresent() == specification.maxSteps().isPresent()) {
            objections.add(
                    FailureCode.INVALID_SPECIFICATION,
                    specification.epochs().isPresent()
                            ? "both epochs and maxSteps are given; give one of them"
                            : "neither epochs nor maxSteps is given; give one of them");
            return OptionalLong.empty();
        }
        if (specification.maxSteps().isPresent()) {
            long steps = specification.maxSteps().getAsLong();
            objections.require(steps >= 1, "maxSteps is " + steps + ", allowed: 1 or more");
            return steps >= 1 ? OptionalLong.of(steps) : OptionalLong.empty();
        }
        double epochs = specification.epochs().getAsDouble();
        if (!(epochs > 0) || Double.isInfinite(epochs)) {
            objections.add(FailureCode.INVALID_SPECIFICATION, "epochs is " + epochs + ", allowed: finite and above 0");
            return OptionalLong.empty();
        }
        if (samples < 1 || specification.batch().samplesPerStep() < 1) {
            return OptionalLong.empty();
        }
        double steps = Math.ceil(epochs * samples / specification.batch().samplesPerStep());
        if (steps > 1e15) {
            objections.add(
                    FailureCode.INVALID_SPECIFICATION,
                    "epochs is " + epochs + ", which is " + steps + " optimizer steps; allowed: up to 1e15");
            return OptionalLong.empty();
        }
        return OptionalLong.of(Math.max(1, (long) steps));
    }

    private static void checkAgainstLength(RunSpecification specification, long totalSteps, Objections objections) {
        long warmup = specification.optimizer().warmupSteps();
        objections.require(
                warmup <= totalSteps,
                "warmupSteps is " + warmup + " but the run has " + totalSteps + " steps; allowed: 0 to " + totalSteps);
        if (specification.method().blockwise()) {
            checkSwitchInterval(specification.method(), totalSteps, objections);
        } else {
            objections.require(
                    specification.checkpointSteps() >= 1,
                    "checkpointSteps is " + specification.checkpointSteps() + ", allowed: 1 or more");
        }
    }

    private static void checkSwitchInterval(MethodSpecification method, long totalSteps, Objections objections) {
        int interval = method.switchInterval();
        objections.require(interval >= 0, "switchInterval is " + interval + ", allowed: 0 (automatic) or more");
        boolean staysByIntent = method.blockOrder() == BlockOrder.FIXED;
        objections.require(
                interval <= totalSteps || staysByIntent,
                "switchInterval is " + interval + " but the run has " + totalSteps
                        + " steps and would never leave its first block; allowed: 1 to " + totalSteps
                        + ", 0 for automatic, or blockOrder FIXED");
    }

    private static Optional<ModelConfiguration> model(SubmitRun submission, Objections objections) {
        try {
            return Optional.of(ModelConfiguration.parse(submission.model().configurationJson()));
        } catch (ModelConfigurationException refused) {
            objections.add(
                    FailureCode.MODEL_NOT_USABLE,
                    "model " + submission.specification().model() + " cannot be trained: " + refused.getMessage());
            return Optional.empty();
        }
    }

    /**
     * A checkpoint keeps its tensors' types from segment to segment, so a run computes on weights of the type they are stored in. Bytes and
     * count say which type that is; a model of mixed types is left to the trainer, which sees each tensor.
     */
    private static void checkPrecision(SubmitRun submission, Objections objections) {
        ResolvedModel model = submission.model();
        Precision asked = submission.specification().precision();
        for (Precision stored : Precision.values()) {
            objections.require(
                    stored == asked || model.weightBytes() != model.parameterCount() * bytesPerWeight(stored),
                    "precision is " + asked + " (" + bytesPerWeight(asked) + " bytes a weight) but model "
                            + submission.specification().model() + " is stored with " + bytesPerWeight(stored)
                            + " bytes a weight, as " + stored
                            + " is; choose the precision the model is stored in, or import it converted");
        }
    }

    private static long bytesPerWeight(Precision precision) {
        return switch (precision) {
            case FP32 -> Float.BYTES;
            case BF16 -> Short.BYTES;
        };
    }

    private static int stepsPerSegment(SubmitRun submission, long totalSteps, int blockCount) {
        RunSpecification specification = submission.specification();
        int asked;
        if (!specification.method().blockwise()) {
            asked = Math.min(specification.checkpointSteps(), MOST_STEPS_PER_SEGMENT);
        } else if (specification.method().switchInterval() > 0) {
            asked = specification.method().switchInterval();
        } else {
            asked = SwitchInterval.automatic(
                    submission.dataset().samples(), specification.batch().samplesPerStep(), blockCount);
        }
        return (int) Math.min(asked, totalSteps);
    }

    private static void checkMemory(MemoryPlan memory, long limitBytes, Objections objections) {
        if (limitBytes < 1) {
            objections.add(
                    FailureCode.INVALID_SPECIFICATION, "memoryLimitBytes is " + limitBytes + ", allowed: 1 or more");
            return;
        }
        switch (memory.fits(limitBytes)) {
            case MemoryVerdict.Fits _ -> {}
            case MemoryVerdict.TooLarge tooLarge ->
                objections.add(FailureCode.DOES_NOT_FIT, "memoryLimitBytes: the run " + tooLarge.explain());
        }
    }

    private static MemoryByComponent byComponent(MemoryEstimate estimate) {
        return new MemoryByComponent(
                estimate.weightsBytes(),
                estimate.masterBytes(),
                estimate.gradientBytes(),
                estimate.optimizerStateBytes() + estimate.projectionBytes(),
                estimate.activationBytes(),
                estimate.logitsBytes(),
                estimate.overheadBytes());
    }
}
