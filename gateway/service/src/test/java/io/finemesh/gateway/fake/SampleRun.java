package io.finemesh.gateway.fake;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.LearningRateShape;
import io.finemesh.contract.run.MemoryByComponent;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.run.SegmentRetried;
import io.finemesh.contract.run.SegmentScheduled;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.run.TraceDetail;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.BlockActivated;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A run of two layers and four segments of five steps, told as the services tell it: its third segment dies in the middle and is trained
 * again. Records are listed in the order in which they happened, with the offsets they have in their topics.
 */
public final class SampleRun {
    public static final int STEPS = 20;
    public static final int STEPS_A_SEGMENT = 5;
    public static final RunId ID = new RunId("run-0011223344556677aabb");
    public static final TrainerId TRAINER = new TrainerId("trainer-0");
    public static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05Z");
    public static final ResolvedModel MODEL =
            new ResolvedModel(checkpoint(-1), "{\"model_type\":\"llama\",\"num_hidden_layers\":2}", 1_000, 4_000);
    public static final ResolvedDataset DATASET = new ResolvedDataset(new DatasetVersion("sums@1"), blob('d'), 80);
    public static final ResolvedDataset HELD_OUT =
            new ResolvedDataset(new DatasetVersion("sums-held-out@1"), blob('e'), 20);

    private final RunId run;
    private final List<Occurrence> told = new ArrayList<>();
    private final Map<Source, Long> offsets = new EnumMap<>(Source.class);
    private long millis = BEGIN.toEpochMilli();

    private SampleRun(RunId run) {
        this.run = run;
    }

    /** Everything that happened in the run, in order. */
    public static List<Occurrence> occurrences() {
        return occurrences(ID);
    }

    /** The same for a run of this id. */
    public static List<Occurrence> occurrences(RunId run) {
        SampleRun sample = new SampleRun(run);
        sample.tell();
        return List.copyOf(sample.told);
    }

    private void tell() {
        say(Source.COMMANDS, submit(run, specification()));
        say(Source.RUN_EVENTS, new RunAccepted(run, specification(), MODEL, DATASET, plan()));
        say(Source.RUN_STATE, snapshot(RunPhase.ACCEPTED, 0));
        evaluation(checkpoint(-1), 0);
        long epoch = 1;
        for (int segment = 0; segment < STEPS / STEPS_A_SEGMENT; segment++) {
            scheduled(segment, epoch);
            if (segment == 2) {
                steps(segment, epoch, 3);
                Failure lost = new Failure(FailureCode.TRAINER_LOST, "trainer-0 fell silent");
                say(Source.TRAINING, new SegmentFailed(run, segment, epoch, TRAINER, lost));
                say(Source.RUN_EVENTS, new SegmentRetried(run, segment, 2, lost));
                epoch++;
                scheduled(segment, epoch);
            }
            steps(segment, epoch, STEPS_A_SEGMENT);
            ended(segment, epoch);
            epoch++;
        }
        evaluation(checkpoint(3), STEPS);
        say(Source.RUN_EVENTS, new RunCompleted(run, checkpoint(3), "w3", STEPS, Optional.empty()));
        say(Source.RUN_STATE, snapshot(RunPhase.COMPLETED, STEPS));
    }

    private void scheduled(int segment, long epoch) {
        say(
                Source.RUN_EVENTS,
                new SegmentScheduled(
                        run,
                        new SegmentAssignment(
                                segment,
                                (long) segment * STEPS_A_SEGMENT,
                                STEPS_A_SEGMENT,
                                Optional.of(block(segment))),
                        TRAINER,
                        epoch,
                        checkpoint(segment - 1)));
        say(Source.RUN_STATE, snapshot(RunPhase.TRAINING, (long) segment * STEPS_A_SEGMENT));
        say(Source.TRAINING, new SegmentStarted(run, segment, epoch, TRAINER, "", Optional.empty()));
        say(Source.TRAINING, new BlockActivated(run, segment, epoch, block(segment), 500));
    }

    private void steps(int segment, long epoch, int count) {
        for (int index = 0; index < count; index++) {
            say(Source.STEPS, step(run, segment, epoch, (long) segment * STEPS_A_SEGMENT + index));
        }
    }

    private void ended(int segment, long epoch) {
        long lastStep = (long) (segment + 1) * STEPS_A_SEGMENT - 1;
        say(
                Source.TRAINING,
                new SegmentTrained(
                        run,
                        segment,
                        epoch,
                        TRAINER,
                        checkpoint(segment),
                        lastStep,
                        loss(lastStep),
                        "",
                        OptionalDouble.empty()));
        say(
                Source.TRAINING,
                new SegmentEnded(
                        run,
                        segment,
                        epoch,
                        TRAINER,
                        checkpoint(segment),
                        checkpoint(segment - 1),
                        lastStep,
                        List.of(blob('a')),
                        "{}",
                        List.of(),
                        blob('b')));
        say(
                Source.CHECKPOINTS,
                new CheckpointCommitted(
                        checkpoint(segment),
                        run,
                        segment,
                        epoch,
                        checkpoint(segment - 1),
                        lastStep,
                        "w" + segment,
                        2_000,
                        List.of("model." + block(segment) + ".weight"),
                        OptionalDouble.empty()));
    }

    private void evaluation(CheckpointId checkpoint, long afterSteps) {
        EvaluationId id = new EvaluationId(run + "-after-" + afterSteps);
        say(Source.EVALUATIONS, new EvaluationStarted(id, Optional.of(run), checkpoint, "evaluator-0"));
        say(
                Source.EVALUATIONS,
                new EvaluationCompleted(
                        id,
                        Optional.of(run),
                        checkpoint,
                        afterSteps,
                        "w",
                        List.of(new TaskScore("exact_match", "exact_match", 0.5, OptionalDouble.of(0.1), 20, false)),
                        40,
                        Optional.empty(),
                        Optional.empty()));
    }

    private void say(Source source, Message body) {
        long offset = offsets.merge(source, 1L, Long::sum) * 3;
        millis += 100;
        told.add(new Occurrence(
                source,
                offset,
                new EventId(run.value() + "-" + source.letter() + offset),
                Instant.ofEpochMilli(millis),
                body));
    }

    /** The submission of a run. */
    public static SubmitRun submit(RunId run, RunSpecification specification) {
        return new SubmitRun(run, specification, MODEL, DATASET, Optional.of(HELD_OUT));
    }

    /** What was asked for. */
    public static RunSpecification specification() {
        return warmedUpFor(0);
    }

    /** The same with so many steps of warm-up. */
    public static RunSpecification warmedUpFor(long steps) {
        return specification("sample", steps, STEPS_A_SEGMENT);
    }

    /** The same with visits of so many steps. */
    public static RunSpecification visiting(int steps) {
        return specification("sample", 0, steps);
    }

    /** The same under another name. */
    public static RunSpecification named(String name) {
        return specification(name, 0, STEPS_A_SEGMENT);
    }

    private static RunSpecification specification(String name, long steps, int visit) {
        return new RunSpecification(
                name,
                "tiny",
                "sums",
                PromptTemplate.PLAIN,
                MethodSpecification.of(Method.BADAM)
                        .visits(BlockOrder.ASCENDING, visit)
                        .build(),
                new OptimizerSpecification(1e-3, LearningRateShape.LINEAR, steps, 0, 0.9, 0.999, 1e-8, 0, 1),
                new BatchSpecification(8, 1, 64),
                OptionalDouble.empty(),
                OptionalLong.of(STEPS),
                Precision.FP32,
                42,
                500,
                new EvaluationSpecification(
                        Optional.of("sums-held-out"),
                        List.of(new TaskSpecification(EvaluationTask.EXACT_MATCH, 0, 16)),
                        true,
                        0),
                OptionalLong.empty(),
                TraceDetail.SEGMENT,
                Optional.of("tiny-tuned"));
    }

    private static RunPlan plan() {
        return new RunPlan(
                STEPS,
                4,
                List.of("layer.0", "layer.1"),
                STEPS_A_SEGMENT,
                new MemoryByComponent(4_000, 2_000, 2_000, 4_000, 500, 100, 1_000));
    }

    private RunSnapshot snapshot(RunPhase phase, long committed) {
        return new RunSnapshot(
                run,
                phase,
                STEPS,
                committed,
                4,
                (int) committed / STEPS_A_SEGMENT,
                committed == 0 ? Optional.empty() : Optional.of(checkpoint((int) committed / STEPS_A_SEGMENT - 1)),
                Optional.empty());
    }

    /** One step. */
    public static StepCompleted step(RunId run, int segment, long epoch, long step) {
        return new StepCompleted(
                run,
                segment,
                epoch,
                step,
                loss(step),
                0.5,
                1e-3 * (STEPS - step) / STEPS,
                256,
                64,
                false,
                Optional.of(block(segment)),
                Map.of("forward", 700L + step, "backward", 1_400L),
                1_000_000);
    }

    public static double loss(long step) {
        return 3.0 - 0.1 * step;
    }

    public static String block(int segment) {
        return "layer." + segment % 2;
    }

    /** Checkpoint of a segment; -1 is what the run starts from. */
    public static CheckpointId checkpoint(int segment) {
        return new CheckpointId("ck-" + "0".repeat(31) + (char) ('a' + segment + 1));
    }

    private static BlobReference blob(char digit) {
        return new BlobReference(new BlobDigest(Character.toString(digit).repeat(64)), 100);
    }
}
