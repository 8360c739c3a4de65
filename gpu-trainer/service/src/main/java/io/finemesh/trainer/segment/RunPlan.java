package io.finemesh.trainer.segment;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.data.LongSamples;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.PromptTemplate;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.engine.train.TrainingPlan;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.PartitionException;
import io.finemesh.plan.memory.BatchShape;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentWindow;
import io.finemesh.trainer.failure.SegmentFailureException;
import java.util.List;
import java.util.Optional;

/** A run's frozen specification in the words of the engine. */
final class RunPlan {
    private RunPlan() {}

    /**
     * What stays the same over the run.
     *
     * @throws SegmentFailureException if a value is not possible; the message says what is
     */
    static TrainingPlan training(SegmentWork work) throws SegmentFailureException {
        RunSpecification specification = work.specification();
        OptimizerSpecification optimizer = specification.optimizer();
        try {
            return new TrainingPlan(
                    MethodPlan.method(specification.method(), optimizer),
                    batch(specification),
                    schedule(optimizer, work.totalSteps()),
                    optimizer.maxGradientNorm() == 0 ? Double.POSITIVE_INFINITY : optimizer.maxGradientNorm(),
                    specification.seed(),
                    precision(specification),
                    work.totalSteps());
        } catch (IllegalArgumentException refused) {
            throw new SegmentFailureException(FailureCode.INVALID_SPECIFICATION, refused.getMessage());
        }
    }

    /**
     * What one step sees. A row takes as many tokens as the samples of a micro-batch have at most, so packing changes how many rows a
     * step has but not the memory that was planned for one.
     */
    private static BatchPlan batch(RunSpecification specification) throws SegmentFailureException {
        BatchSpecification batch = specification.batch();
        try {
            return new BatchPlan(
                    batch.samplesPerStep(),
                    BatchShape.tokensPerRow(
                            batch.samplesPerStep(), batch.gradientAccumulationSteps(), batch.cutoffTokens()),
                    specification.seed());
        } catch (IllegalArgumentException | ArithmeticException refused) {
            throw new SegmentFailureException(FailureCode.INVALID_SPECIFICATION, refused.getMessage());
        }
    }

    /**
     * Steps and block of a segment.
     *
     * @throws SegmentFailureException if the model has no such block, or the method has none
     */
    static SegmentWindow window(SegmentWork work, ModelStructure structure) throws SegmentFailureException {
        SegmentAssignment segment = work.segment();
        MethodSpecification method = work.specification().method();
        Optional<Block> block = method.blockwise() ? Optional.of(block(segment, method, structure)) : Optional.empty();
        if (block.isEmpty() && segment.block().isPresent()) {
            throw new SegmentFailureException(
                    FailureCode.INVALID_SPECIFICATION,
                    "segment " + segment.index() + " is for block "
                            + segment.block().get() + ", but " + method.method() + " trains all parameters");
        }
        try {
            return new SegmentWindow(segment.index(), segment.firstStep(), segment.steps(), block);
        } catch (IllegalArgumentException refused) {
            throw new SegmentFailureException(FailureCode.INVALID_SPECIFICATION, refused.getMessage());
        }
    }

    /** In which form weights are held. */
    static Precision precision(RunSpecification specification) {
        return switch (specification.precision()) {
            case FP32 -> Precision.FP32;
            case BF16 -> Precision.BF16;
        };
    }

    /** What happens to samples longer than the cut-off. */
    static LongSamples longSamples(RunSpecification specification) {
        return specification
                .batch()
                .longSamples()
                .map(rule -> switch (rule) {
                    case TRUNCATE -> LongSamples.TRUNCATE;
                    case SHARE -> LongSamples.SHARE;
                    case DROP -> LongSamples.DROP;
                })
                .orElse(LongSamples.TRUNCATE);
    }

    /**
     * How a conversation becomes tokens.
     *
     * @throws io.finemesh.engine.text.PromptException if the model's own template is asked for and it has none that can be used
     */
    static PromptEncoder prompts(RunSpecification specification, Tokenizer tokenizer, SegmentBase base) {
        return switch (specification.template()) {
            case PLAIN -> PromptEncoder.of(tokenizer, PromptTemplate.PLAIN);
            case ALPACA -> PromptEncoder.of(tokenizer, PromptTemplate.ALPACA);
            case CHATML -> PromptEncoder.of(tokenizer, PromptTemplate.CHATML);
            case CHAT ->
                PromptEncoder.ofModel(
                        tokenizer,
                        base.file(SegmentBase.TOKENIZER_CONFIGURATION),
                        base.file(SegmentBase.CHAT_TEMPLATE));
        };
    }

    private static Block block(SegmentAssignment segment, MethodSpecification method, ModelStructure structure)
            throws SegmentFailureException {
        List<Block> blocks;
        try {
            blocks = BlockPartition.of(structure, MethodPlan.partition(method));
        } catch (PartitionException refused) {
            throw new SegmentFailureException(FailureCode.INVALID_SPECIFICATION, refused.getMessage());
        }
        return blocks.stream()
                .filter(block -> segment.block().filter(block.id()::equals).isPresent())
                .findFirst()
                .orElseThrow(() -> new SegmentFailureException(
                        FailureCode.INVALID_SPECIFICATION,
                        "segment " + segment.index() + " is for block "
                                + segment.block().orElse("(none)") + ", the model has "
                                + blocks.stream().map(Block::id).toList()));
    }

    private static LearningRateSchedule schedule(OptimizerSpecification optimizer, long totalSteps) {
        LearningRateSchedule.Kind kind =
                switch (optimizer.shape()) {
                    case CONSTANT -> LearningRateSchedule.Kind.CONSTANT;
                    case LINEAR -> LearningRateSchedule.Kind.LINEAR;
                    case COSINE -> LearningRateSchedule.Kind.COSINE;
                };
        return new LearningRateSchedule(
                kind, optimizer.learningRate(), optimizer.warmupSteps(), totalSteps, optimizer.finalFraction());
    }
}
