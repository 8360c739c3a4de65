package io.finemesh.scheduler;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.LearningRateShape;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.run.TraceDetail;
import io.finemesh.contract.store.BlobReference;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Submissions for tests: a Llama of four layers, a hundred samples, and what a test wants to be different. */
public final class SubmissionBuilder {
    /** The checkpoint every submission starts from. */
    public static final CheckpointId BASE = new CheckpointId("ck-base");

    private static final String CONFIGURATION = """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 256, "hidden_size": 64,
             "intermediate_size": 176, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
             "head_dim": 16, "hidden_act": "silu", "max_position_embeddings": 512, "rms_norm_eps": 1e-05,
             "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"}, "tie_word_embeddings": false,
             "attention_bias": false, "mlp_bias": false, "dtype": "float32", "bos_token_id": 1, "eos_token_id": 2}
            """;

    private final String run;
    private Method method = Method.ADAMW;
    private BlockOrder order = BlockOrder.ASCENDING;
    private int switchInterval;
    private OptionalInt startBlock = OptionalInt.empty();
    private boolean includeHead;
    private OptionalDouble epochs = OptionalDouble.empty();
    private OptionalLong maxSteps = OptionalLong.empty();
    private int samplesPerStep = 4;
    private int accumulation = 1;
    private int cutoffTokens = 64;
    private int checkpointSteps = 10;
    private long warmupSteps;
    private double learningRate = 1e-3;
    private long samples = 100;
    private String configuration = CONFIGURATION;
    private Precision precision = Precision.FP32;
    private long weightBytes = 800_000;
    private OptionalLong memoryLimit = OptionalLong.empty();
    private boolean evaluated;
    private boolean heldOutData = true;
    private boolean atStart;
    private int everySegments;

    private Optional<MethodSpecification> wholeMethod = Optional.empty();
    private Optional<EvaluationSpecification> wholeEvaluation = Optional.empty();
    private Optional<ResolvedEvaluation> resolved = Optional.empty();

    private SubmissionBuilder(String run) {
        this.run = run;
    }

    /** AdamW with a checkpoint every ten steps. */
    public static SubmissionBuilder adamw(String run, long maxSteps) {
        return new SubmissionBuilder(run).maxSteps(maxSteps);
    }

    /** BAdam from the input upwards, K as given. */
    public static SubmissionBuilder badam(String run, long maxSteps, int switchInterval) {
        SubmissionBuilder builder = new SubmissionBuilder(run).maxSteps(maxSteps);
        builder.method = Method.BADAM;
        builder.switchInterval = switchInterval;
        return builder;
    }

    public SubmissionBuilder maxSteps(long value) {
        maxSteps = OptionalLong.of(value);
        return this;
    }

    public SubmissionBuilder epochs(double value) {
        epochs = OptionalDouble.of(value);
        maxSteps = OptionalLong.empty();
        return this;
    }

    public SubmissionBuilder alsoEpochs(double value) {
        epochs = OptionalDouble.of(value);
        return this;
    }

    public SubmissionBuilder endless() {
        epochs = OptionalDouble.empty();
        maxSteps = OptionalLong.empty();
        return this;
    }

    public SubmissionBuilder order(BlockOrder value) {
        order = value;
        return this;
    }

    public SubmissionBuilder startBlock(int value) {
        startBlock = OptionalInt.of(value);
        return this;
    }

    /** A method in all its settings. */
    public SubmissionBuilder method(MethodSpecification value) {
        wholeMethod = Optional.of(value);
        return this;
    }

    public SubmissionBuilder includeHead() {
        includeHead = true;
        return this;
    }

    public SubmissionBuilder samples(long value) {
        samples = value;
        return this;
    }

    public SubmissionBuilder samplesPerStep(int value) {
        samplesPerStep = value;
        return this;
    }

    public SubmissionBuilder accumulation(int value) {
        accumulation = value;
        return this;
    }

    public SubmissionBuilder cutoffTokens(int value) {
        cutoffTokens = value;
        return this;
    }

    public SubmissionBuilder checkpointSteps(int value) {
        checkpointSteps = value;
        return this;
    }

    public SubmissionBuilder warmupSteps(long value) {
        warmupSteps = value;
        return this;
    }

    public SubmissionBuilder learningRate(double value) {
        learningRate = value;
        return this;
    }

    public SubmissionBuilder configuration(String json) {
        configuration = json;
        return this;
    }

    public SubmissionBuilder memoryLimit(long bytes) {
        memoryLimit = OptionalLong.of(bytes);
        return this;
    }

    public SubmissionBuilder precision(Precision asked) {
        precision = asked;
        return this;
    }

    /** Bytes in which the model's 200,000 weights are stored. */
    public SubmissionBuilder weightBytes(long bytes) {
        weightBytes = bytes;
        return this;
    }

    /** Evaluates at the end, and before the start and on a cadence as given. */
    public SubmissionBuilder evaluated(boolean beforeTheStart, int cadence) {
        evaluated = true;
        atStart = beforeTheStart;
        everySegments = cadence;
        return this;
    }

    /** An evaluation in all its settings, with what its names stand for. */
    public SubmissionBuilder evaluation(EvaluationSpecification asked, ResolvedEvaluation names) {
        evaluated = asked.dataset().isPresent();
        wholeEvaluation = Optional.of(asked);
        resolved = Optional.of(names);
        return this;
    }

    public SubmissionBuilder withoutHeldOutData() {
        heldOutData = false;
        return this;
    }

    public SubmitRun build() {
        RunSpecification specification = new RunSpecification(
                "a test",
                "tiny",
                "sums",
                PromptTemplate.PLAIN,
                wholeMethod.orElseGet(() -> MethodSpecification.of(method)
                        .visits(order, switchInterval)
                        .startBlock(startBlock)
                        .ends(false, includeHead)
                        .build()),
                new OptimizerSpecification(
                        learningRate, LearningRateShape.COSINE, warmupSteps, 0.1, 0.9, 0.999, 1e-8, 0.0, 1.0),
                new BatchSpecification(samplesPerStep, accumulation, cutoffTokens),
                epochs,
                maxSteps,
                precision,
                42,
                checkpointSteps,
                wholeEvaluation.orElseGet(() -> new EvaluationSpecification(
                        Optional.of("held-out"),
                        evaluated ? List.of(new TaskSpecification(EvaluationTask.HELD_OUT_LOSS, 0, 16)) : List.of(),
                        atStart,
                        everySegments)),
                memoryLimit,
                TraceDetail.SEGMENT,
                Optional.empty());
        return new SubmitRun(
                new RunId(run),
                specification,
                new ResolvedModel(BASE, configuration, 200_000, weightBytes),
                dataset("sums@1", samples),
                evaluated && heldOutData ? Optional.of(dataset("held-out@1", 10)) : Optional.empty(),
                Optional.empty(),
                resolved);
    }

    /** A data set version of so many samples. */
    public static ResolvedDataset dataset(String version, long samples) {
        return new ResolvedDataset(
                new DatasetVersion(version), new BlobReference(new BlobDigest("a".repeat(64)), 1_000), samples);
    }
}
