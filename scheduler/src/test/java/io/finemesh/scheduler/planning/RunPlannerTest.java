package io.finemesh.scheduler.planning;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.SubmissionBuilder.badam;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.scheduler.SubmissionBuilder;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RunPlannerTest {
    private static RunPlan planned(SubmissionBuilder submission) {
        Planning planning = RunPlanner.plan(submission.build());
        assertThat(planning).isInstanceOf(Planning.Planned.class);
        return ((Planning.Planned) planning).plan();
    }

    private static Failure refused(SubmissionBuilder submission) {
        Planning planning = RunPlanner.plan(submission.build());
        assertThat(planning).isInstanceOf(Planning.Refused.class);
        return ((Planning.Refused) planning).failure();
    }

    private static SubmissionBuilder rarelySaved(long steps) {
        return adamw("r", steps).checkpointSteps(100_000_000);
    }

    static Stream<Arguments> lengths() {
        return Stream.of(
                arguments("steps as asked", adamw("r", 25), 25L, 3, 10),
                arguments("one segment when the cadence is longer than the run", adamw("r", 4), 4L, 1, 4),
                arguments("work is committed at least every 1,000 steps", rarelySaved(2_500), 2_500L, 3, 1_000),
                arguments("100 samples by 4, twice", adamw("r", 1).epochs(2), 50L, 5, 10),
                arguments("a started step counts whole", adamw("r", 1).epochs(1).samplesPerStep(7), 15L, 2, 10),
                arguments("part of an epoch", adamw("r", 1).epochs(0.5).samplesPerStep(7), 8L, 1, 8),
                arguments("never less than a step", adamw("r", 1).epochs(0.001), 1L, 1, 1),
                arguments("a block a segment", badam("r", 12, 3), 12L, 4, 3),
                arguments("the last visit is shorter", badam("r", 13, 3), 13L, 5, 3),
                arguments("automatic K is 50 at least, 100/(4*4)", badam("r", 200, 0), 200L, 4, 50),
                arguments("automatic K follows the data", badam("r", 200, 0).samples(1_280), 200L, 3, 80),
                arguments("automatic K is not longer than the run", badam("r", 24, 0), 24L, 1, 24),
                arguments(
                        "one block for the whole run by intent",
                        badam("r", 12, 30).order(BlockOrder.FIXED),
                        12L,
                        1,
                        12));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lengths")
    void cutsRuns(String what, SubmissionBuilder submission, long steps, int segments, int stepsPerSegment) {
        RunPlan plan = planned(submission);
        assertThat(plan.totalSteps()).isEqualTo(steps);
        assertThat(plan.segments()).isEqualTo(segments);
        assertThat(plan.stepsPerSegment()).isEqualTo(stepsPerSegment);
    }

    @Test
    void activationsOfVeryLongRowsAreCountedInFull() {
        long one = planned(adamw("r", 12).samplesPerStep(1).cutoffTokens(1 << 20))
                .memory()
                .activationBytes();
        long many = planned(adamw("r", 12).samplesPerStep(2047).cutoffTokens(1 << 20))
                .memory()
                .activationBytes();
        assertThat(many).isGreaterThan(2046 * one);
    }

    static Stream<Arguments> storedForms() {
        return Stream.of(
                arguments(Precision.FP32, 800_000, true),
                arguments(Precision.BF16, 400_000, true),
                arguments(Precision.FP32, 400_000, false),
                arguments(Precision.BF16, 800_000, false),
                // Mixed: only the trainer sees which tensor is what.
                arguments(Precision.FP32, 600_000, true));
    }

    @ParameterizedTest
    @MethodSource("storedForms")
    void aRunComputesOnWeightsAsTheyAreStored(Precision asked, long weightBytes, boolean allowed) {
        SubmissionBuilder submission = adamw("r", 10).precision(asked).weightBytes(weightBytes);

        if (allowed) {
            planned(submission);
        } else {
            Failure failure = refused(submission);
            assertThat(failure.code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
            assertThat(failure.message())
                    .contains(
                            "precision is " + asked, "model tiny", "as " + (asked == Precision.FP32 ? "BF16" : "FP32"));
        }
    }

    @Test
    void namesTheBlocks() {
        assertThat(planned(badam("r", 12, 3)).blocks()).containsExactly("layer.0", "layer.1", "layer.2", "layer.3");
        assertThat(planned(badam("r", 12, 3).includeHead()).blocks()).endsWith("layer.3", "head");
        assertThat(planned(adamw("r", 12)).blocks()).isEmpty();
    }

    @Test
    void aBlockwiseRunNeedsLessMemory() {
        long all = planned(adamw("r", 12)).memory().optimizerStateBytes();
        long block = planned(badam("r", 12, 3)).memory().optimizerStateBytes();
        assertThat(block).isPositive().isLessThan(all);
    }

    @Test
    void activationsFollowWhatATrainerComputesAtOnce() {
        long whole = planned(adamw("r", 12).samplesPerStep(8)).memory().activationBytes();
        long split = planned(adamw("r", 12).samplesPerStep(8).accumulation(4))
                .memory()
                .activationBytes();
        long few = planned(adamw("r", 12).samplesPerStep(2)).memory().activationBytes();
        assertThat(split).isEqualTo(few).isLessThan(whole);
    }

    @Test
    void segmentsCoverEveryStepOnce() {
        SubmitRun submission =
                badam("r", 103, 7).order(BlockOrder.RANDOM).startBlock(2).build();
        RunPlan plan = planned(badam("r", 103, 7).order(BlockOrder.RANDOM).startBlock(2));
        List<SegmentAssignment> segments = IntStream.range(0, plan.segments())
                .mapToObj(index -> RunSegments.at(submission, plan, index, MeasuredBlocks.NONE))
                .toList();

        long next = 0;
        for (SegmentAssignment segment : segments) {
            assertThat(segment.firstStep()).isEqualTo(next);
            next += segment.steps();
        }
        assertThat(next).isEqualTo(103);
        assertThat(segments.getFirst().block()).contains("layer.2");
        assertThat(segments.subList(0, 4).stream()
                        .map(segment -> segment.block().orElseThrow()))
                .containsExactlyInAnyOrder("layer.0", "layer.1", "layer.2", "layer.3");
    }

    static Stream<Arguments> objections() {
        return Stream.of(
                arguments(adamw("r", 0), FailureCode.INVALID_SPECIFICATION, "maxSteps is 0, allowed: 1 or more"),
                arguments(
                        adamw("r", 9).alsoEpochs(1),
                        FailureCode.INVALID_SPECIFICATION,
                        "both epochs and maxSteps are given; give one of them"),
                arguments(
                        adamw("r", 9).endless(),
                        FailureCode.INVALID_SPECIFICATION,
                        "neither epochs nor maxSteps is given; give one of them"),
                arguments(
                        adamw("r", 9).epochs(-1),
                        FailureCode.INVALID_SPECIFICATION,
                        "epochs is -1.0, allowed: finite and above 0"),
                arguments(adamw("r", 9).epochs(1e300), FailureCode.INVALID_SPECIFICATION, "allowed: up to 1e15"),
                arguments(
                        adamw("r", 9).samples(0),
                        FailureCode.DATASET_NOT_USABLE,
                        "data set sums@1 has no sample that can be trained on"),
                arguments(
                        adamw("r", 9).samplesPerStep(0),
                        FailureCode.INVALID_SPECIFICATION,
                        "samplesPerStep is 0, allowed: 1 or more"),
                arguments(
                        adamw("r", 9).accumulation(5),
                        FailureCode.INVALID_SPECIFICATION,
                        "gradientAccumulationSteps is 5, allowed: 1 to the 4 samples of a step"),
                arguments(
                        adamw("r", 9).cutoffTokens(0),
                        FailureCode.INVALID_SPECIFICATION,
                        "cutoffTokens is 0, allowed: 1 or more"),
                arguments(
                        adamw("r", 9).samplesPerStep(1 << 20).cutoffTokens(1 << 20),
                        FailureCode.INVALID_SPECIFICATION,
                        "a micro-batch has up to 1099511627776 tokens, allowed: up to 2147483647"),
                arguments(
                        adamw("r", 9).learningRate(-0.1),
                        FailureCode.INVALID_SPECIFICATION,
                        "learningRate is -0.1, allowed: finite and above 0"),
                arguments(
                        adamw("r", 9).warmupSteps(10),
                        FailureCode.INVALID_SPECIFICATION,
                        "warmupSteps is 10 but the run has 9 steps; allowed: 0 to 9"),
                arguments(
                        adamw("r", 9).checkpointSteps(0),
                        FailureCode.INVALID_SPECIFICATION,
                        "checkpointSteps is 0, allowed: 1 or more"),
                arguments(
                        badam("r", 9, -1),
                        FailureCode.INVALID_SPECIFICATION,
                        "switchInterval is -1, allowed: 0 (automatic) or more"),
                arguments(
                        badam("r", 9, 10),
                        FailureCode.INVALID_SPECIFICATION,
                        "switchInterval is 10 but the run has 9 steps and would never leave its first block;"
                                + " allowed: 1 to 9, 0 for automatic, or blockOrder FIXED"),
                arguments(
                        badam("r", 9, 3).startBlock(4),
                        FailureCode.INVALID_SPECIFICATION,
                        "startBlock is 4, allowed: 0 to 3 (layer.0 to layer.3)"),
                arguments(
                        adamw("r", 9).configuration("{\"model_type\": \"mamba\"}"),
                        FailureCode.MODEL_NOT_USABLE,
                        "model tiny cannot be trained: "),
                arguments(
                        adamw("r", 9).configuration("not json"),
                        FailureCode.MODEL_NOT_USABLE,
                        "model tiny cannot be trained: "),
                arguments(
                        adamw("r", 9).evaluated(true, 0).withoutHeldOutData(),
                        FailureCode.INVALID_SPECIFICATION,
                        "evaluation has no held-out data set for held_out_loss"),
                arguments(
                        adamw("r", 9).evaluated(true, -1),
                        FailureCode.INVALID_SPECIFICATION,
                        "evaluation.everySegments is -1"),
                arguments(
                        adamw("r", 9).memoryLimit(0),
                        FailureCode.INVALID_SPECIFICATION,
                        "memoryLimitBytes is 0, allowed: 1 or more"),
                arguments(
                        adamw("r", 3_000_000_000_000L).checkpointSteps(1),
                        FailureCode.INVALID_SPECIFICATION,
                        "has more segments than can be counted"));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("objections")
    void refusesWithWhatWasFoundAndWhatIsAllowed(SubmissionBuilder submission, FailureCode code, String message) {
        Failure failure = refused(submission);
        assertThat(failure.message()).contains(message);
        assertThat(failure.code()).isEqualTo(code);
    }

    @Test
    void saysWhatWouldFitWhenMemoryIsLimited() {
        long needed = planned(adamw("r", 9)).memory().totalBytes();
        long blockwise = planned(badam("r", 9, 3)).memory().totalBytes();
        assertThat(planned(adamw("r", 9).memoryLimit(needed)).memory().totalBytes())
                .isEqualTo(needed);

        Failure failure = refused(adamw("r", 9).memoryLimit((needed + blockwise) / 2));

        assertThat(failure.code()).isEqualTo(FailureCode.DOES_NOT_FIT);
        assertThat(failure.message())
                .startsWith("memoryLimitBytes: the run needs ")
                .contains("would fit: ")
                .contains("BAdam");
    }

    @Test
    void namesEverythingThatIsWrongAtOnce() {
        Failure failure = refused(badam("r", 9, 20)
                .startBlock(9)
                .warmupSteps(100)
                .samples(0)
                .learningRate(0)
                .accumulation(9));
        assertThat(failure.message().split("; (?=[a-zA-Z]+ is |data set)"))
                .hasSize(6)
                .anyMatch(part -> part.startsWith("startBlock is 9"))
                .anyMatch(part -> part.startsWith("switchInterval is 20"))
                .anyMatch(part -> part.startsWith("data set sums@1"));
    }
}
