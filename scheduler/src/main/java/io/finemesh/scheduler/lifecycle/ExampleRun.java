package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.placement.PlacementImpossible;
import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.LearningRateShape;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.run.TraceDetail;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A run of two segments and every input it can meet: what {@link TransitionTable} is made with. */
final class ExampleRun {
    private static final RunId RUN = new RunId("example");
    private static final TrainerId TRAINER = new TrainerId("trainer-0");
    private static final int STEPS = 10;
    private static final String CONFIGURATION = """
            {"model_type": "llama", "vocab_size": 32, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2,
             "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
             "tie_word_embeddings": true, "hidden_act": "silu"}
            """;

    private ExampleRun() {}

    static SubmitRun submission(long samples, boolean evaluated) {
        RunSpecification specification = new RunSpecification(
                "example",
                "model",
                "data",
                PromptTemplate.PLAIN,
                MethodSpecification.of(Method.ADAMW).build(),
                new OptimizerSpecification(1e-3, LearningRateShape.CONSTANT, 0, 1.0, 0.9, 0.999, 1e-8, 0.0, 0.0),
                new BatchSpecification(1, 1, 16),
                OptionalDouble.empty(),
                OptionalLong.of(2 * STEPS),
                Precision.FP32,
                0,
                STEPS,
                new EvaluationSpecification(
                        Optional.empty(),
                        evaluated ? List.of(new TaskSpecification(EvaluationTask.HELD_OUT_LOSS, 0, 1)) : List.of(),
                        false,
                        0),
                OptionalLong.empty(),
                TraceDetail.OFF,
                Optional.empty());
        return new SubmitRun(
                RUN,
                specification,
                new ResolvedModel(new CheckpointId("base"), CONFIGURATION, 1, 4),
                dataset(samples),
                evaluated ? Optional.of(dataset(1)) : Optional.empty());
    }

    private static ResolvedDataset dataset(long samples) {
        return new ResolvedDataset(new DatasetVersion("data@1"), blob(), samples);
    }

    private static BlobReference blob() {
        return new BlobReference(new BlobDigest("0".repeat(64)), 1);
    }

    static Message cancel() {
        return new CancelRun(RUN, "example");
    }

    static Message granted(int segment, long epoch) {
        return new LeaseGranted(RUN, epoch, segment, TRAINER, new TrainerIncarnation("life"));
    }

    static Message lost(long epoch) {
        return new LeaseLost(RUN, epoch, TRAINER, failure(FailureCode.TRAINER_LOST));
    }

    static Message impossible(long epoch) {
        return new PlacementImpossible(RUN, epoch, failure(FailureCode.DOES_NOT_FIT));
    }

    static Message started(int segment, long epoch) {
        return new SegmentStarted(RUN, segment, epoch, TRAINER, "", Optional.empty());
    }

    static Message trained(int segment, long epoch) {
        return new SegmentTrained(
                RUN, segment, epoch, TRAINER, checkpoint(segment), lastStep(segment), 0.0, "", OptionalDouble.empty());
    }

    static Message ended(int segment, long epoch) {
        return new SegmentEnded(
                RUN,
                segment,
                epoch,
                TRAINER,
                checkpoint(segment),
                checkpoint(segment - 1),
                lastStep(segment),
                List.of(),
                "{}",
                List.of(),
                blob());
    }

    static Message failed(int segment, long epoch, FailureCode code) {
        return new SegmentFailed(RUN, segment, epoch, TRAINER, failure(code));
    }

    static Message committed(int segment, long epoch) {
        return new CheckpointCommitted(
                checkpoint(segment),
                RUN,
                segment,
                epoch,
                checkpoint(segment - 1),
                lastStep(segment),
                "digest",
                1,
                List.of(),
                OptionalDouble.empty());
    }

    static Message rejected(int segment, long epoch, FailureCode code) {
        return new CheckpointRejected(checkpoint(segment), RUN, segment, epoch, failure(code));
    }

    static Message scored(OpenEvaluation evaluation) {
        return new EvaluationCompleted(
                evaluation.evaluation(),
                Optional.of(RUN),
                evaluation.checkpoint(),
                0,
                "digest",
                List.of(),
                0,
                Optional.empty(),
                Optional.empty());
    }

    static Message unscored(OpenEvaluation evaluation) {
        return new EvaluationFailed(
                evaluation.evaluation(),
                Optional.of(RUN),
                evaluation.checkpoint(),
                failure(FailureCode.EVALUATION_FAILED));
    }

    /** The evaluation of the last checkpoint. */
    static OpenEvaluation evaluation() {
        return OpenEvaluation.first(RUN, checkpoint(1), 2 * STEPS, Instant.EPOCH);
    }

    static OpenEvaluation repeatedEvaluation() {
        return evaluation().again(RUN, Instant.EPOCH);
    }

    private static CheckpointId checkpoint(int segment) {
        return new CheckpointId(segment < 0 ? "base" : "segment-" + segment);
    }

    private static long lastStep(int segment) {
        return (segment + 1L) * STEPS - 1;
    }

    private static Failure failure(FailureCode code) {
        return new Failure(code, "example");
    }
}
