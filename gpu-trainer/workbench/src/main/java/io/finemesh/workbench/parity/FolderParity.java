package io.finemesh.workbench.parity;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.train.FineTuneLoop;
import io.finemesh.engine.train.GradientPass;
import io.finemesh.engine.train.TrainingPlan;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentWindow;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Compares the engine with an {@code expected.json} beside a Hugging Face directory, in 32-bit floats. Each training run starts from the folder's weights again.
 */
public final class FolderParity implements ParityCheck {
    private static final double LOSS_TOLERANCE = 1e-5;
    private static final double TOLERANCE = 1e-4;

    private final Path folder;
    private final List<Finding> findings = new ArrayList<>();

    /** @param folder holds config.json, weights and expected.json */
    public FolderParity(Path folder) {
        this.folder = folder;
    }

    @Override
    public ParityReport run() {
        findings.clear();
        try {
            ExpectedNumbers expected = ExpectedNumbers.read(folder.resolve("expected.json"));
            boolean loaded = onModel("model", decoder -> {
                forward(expected, decoder);
                gradients(expected, decoder);
                greedy(expected, decoder);
                return null;
            });
            if (loaded) {
                expected.curves().forEach((kind, curve) -> curve(expected, kind, curve));
            }
            if (findings.isEmpty()) {
                findings.add(Finding.of("expected.json", Finding.Status.FAILED, "it holds no number to compare with"));
            }
        } catch (IOException | RuntimeException unusable) {
            findings.add(failed("expected.json", unusable));
        }
        return new ParityReport(folder.toString(), findings);
    }

    /** Does something with the folder's model. @return whether it could be done */
    private boolean onModel(String subject, Function<Decoder, Void> work) {
        try (HuggingFaceDirectory files = HuggingFaceDirectory.open(folder);
                Decoder decoder = Decoder.load(files.configuration(), files, Precision.FP32)) {
            work.apply(decoder);
            return true;
        } catch (Exception unusable) {
            findings.add(failed(subject, unusable));
            return false;
        }
    }

    private static Finding failed(String subject, Exception cause) {
        String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return Finding.of(subject, Finding.Status.FAILED, why.replaceAll("\\s*\\n\\s*", "; "));
    }

    private void forward(ExpectedNumbers expected, Decoder decoder) {
        PackedRow batch = expected.batch().batch(0);
        if (expected.loss().isPresent()) {
            double loss = new EvaluationPass(decoder).run(List.of(batch)).meanLoss();
            findings.add(Finding.of(
                    new Deviation("loss")
                            .compare("step 0", loss, expected.loss().getAsDouble()),
                    LOSS_TOLERANCE));
        }
        if (!expected.logits().isEmpty()) {
            Deviation deviation = new Deviation("logits");
            for (ExpectedNumbers.LogitSlice slice : expected.logits()) {
                int token = slice.row() * expected.batch().length() + slice.token();
                float[] found = decoder.logits(batch, token)[0];
                if (slice.values().length > found.length) {
                    throw new ParityException(slice.name() + ": " + slice.values().length
                            + " logits are expected of a vocabulary of " + found.length);
                }
                deviation.compareAll(slice.name(), doubles(found), slice.values());
            }
            findings.add(Finding.of(deviation, TOLERANCE));
        }
        if (expected.logitsNorm().isPresent()) {
            int[] all = IntStream.range(0, batch.tokens().length).toArray();
            double squares = 0;
            for (float[] row : decoder.logits(batch, all)) {
                squares += squares(row);
            }
            findings.add(Finding.of(
                    new Deviation("norm of all logits")
                            .compare(
                                    "step 0",
                                    Math.sqrt(squares),
                                    expected.logitsNorm().getAsDouble()),
                    TOLERANCE));
        }
    }

    private void gradients(ExpectedNumbers expected, Decoder decoder) {
        if (expected.gradients().isEmpty()) {
            return;
        }
        Deviation norms = new Deviation("gradient norms");
        Deviation elements = new Deviation("gradient elements");
        Set<String> missing = new TreeSet<>(expected.gradients().keySet());
        for (TensorData gradient :
                new GradientPass(decoder).run(expected.batch().batch(0))) {
            ExpectedNumbers.Gradient wanted = expected.gradients().get(gradient.name());
            if (wanted == null) {
                continue;
            }
            missing.remove(gradient.name());
            float[] found = gradient.bytes().toArray(ValueLayout.JAVA_FLOAT);
            norms.compare(gradient.name(), Math.sqrt(squares(found)), wanted.norm());
            for (int i = 0; i < Math.min(found.length, wanted.leading().length); i++) {
                elements.compare(gradient.name() + "[" + i + "]", found[i], wanted.leading()[i], wanted.norm());
            }
        }
        findings.add(Finding.of(norms, TOLERANCE));
        findings.add(Finding.of(elements, TOLERANCE));
        requireNone("gradient norms", missing);
    }

    private void requireNone(String subject, Set<String> missing) {
        if (!missing.isEmpty()) {
            findings.add(Finding.of(
                    subject, Finding.Status.FAILED, "the model has no weight named " + String.join(", ", missing)));
        }
    }

    private void greedy(ExpectedNumbers expected, Decoder decoder) {
        for (ExpectedNumbers.Continuation continuation : expected.continuations()) {
            int[] prompt = Arrays.copyOf(expected.batch().ids(0)[continuation.row()], continuation.prompt());
            int[] found = new Generator(decoder)
                    .generate(List.of(prompt), new GenerationLimits(continuation.tokens().length, Set.of(), 1))
                    .getFirst()
                    .tokens();
            int mismatch = Arrays.mismatch(found, continuation.tokens());
            findings.add(Finding.of(
                    "greedy tokens",
                    mismatch < 0 ? Finding.Status.AGREES : Finding.Status.DIFFERS,
                    mismatch < 0
                            ? "all " + found.length
                            : "token " + mismatch + " is " + found[mismatch] + ", expected "
                                    + continuation.tokens()[mismatch]));
        }
    }

    private void curve(ExpectedNumbers expected, String kind, ExpectedNumbers.Curve curve) {
        onModel("curve " + kind, decoder -> {
            Optional<CurveSettings> settings =
                    CurveSettings.of(kind, expected.hyper(), decoder.structure(), curve.losses().length);
            if (settings.isEmpty()) {
                findings.add(Finding.of(
                        "curve " + kind, Finding.Status.NOT_CHECKED, "no method of this version has this name"));
                return null;
            }
            double[] losses = train(decoder, expected.batch(), settings.get(), curve.losses().length);
            Deviation deviation = new Deviation("curve " + kind);
            for (int step = 0; step < losses.length; step++) {
                deviation.compare("step " + step, losses[step], curve.losses()[step]);
            }
            findings.add(Finding.of(deviation, TOLERANCE));
            finalNorms(kind, decoder, curve.finalNorms());
            return null;
        });
    }

    private void finalNorms(String kind, Decoder decoder, Map<String, Double> expected) {
        if (expected.isEmpty()) {
            return;
        }
        Deviation norms = new Deviation("final norms " + kind);
        Set<String> missing = new TreeSet<>(expected.keySet());
        for (TensorData weight : decoder.export()) {
            if (missing.remove(weight.name())) {
                double norm = Math.sqrt(squares(weight.bytes().toArray(ValueLayout.JAVA_FLOAT)));
                norms.compare(weight.name(), norm, expected.get(weight.name()));
            }
        }
        findings.add(Finding.of(norms, TOLERANCE));
        requireNone("final norms " + kind, missing);
    }

    /** Losses of each step's batch and, if one more is asked for, of the batch after the last step. */
    private static double[] train(Decoder decoder, BatchFormula batches, CurveSettings settings, int count) {
        int tokens = batches.rows() * batches.length();
        TrainingPlan plan = new TrainingPlan(
                settings.method(),
                new BatchPlan(batches.rows(), tokens, 0),
                LearningRateSchedule.constant(settings.learningRate(), settings.steps()),
                settings.maxGradientNorm(),
                0,
                Precision.FP32,
                settings.steps());
        List<Double> losses = new ArrayList<>();
        try (FineTuneLoop loop =
                new FineTuneLoop(decoder, plan, step -> List.of(batches.batch(step)), Optional.empty())) {
            for (SegmentWindow window : settings.segments().windows().toList()) {
                loop.run(window, report -> losses.add(report.loss()), () -> false);
            }
        }
        if (count > settings.steps()) {
            losses.add(new EvaluationPass(decoder)
                    .run(List.of(batches.batch(settings.steps())))
                    .meanLoss());
        }
        return losses.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static double squares(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }
}
