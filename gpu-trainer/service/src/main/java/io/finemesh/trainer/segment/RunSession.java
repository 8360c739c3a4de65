package io.finemesh.trainer.segment;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.ManifestTensorSource;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.engine.data.BatchCursor;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.train.FineTuneLoop;
import io.finemesh.engine.train.SegmentOutcome;
import io.finemesh.engine.train.StepListener;
import io.finemesh.engine.train.TrainingPlan;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.schedule.SegmentWindow;
import io.finemesh.trainer.failure.SegmentFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What stays in native memory between the segments of a run: weights, optimizer state and the position in the data. It stands at one
 * checkpoint; a segment that is not done leaves it nowhere, and then it must be closed. Belongs to the device thread.
 */
final class RunSession implements AutoCloseable {
    private final RunId run;
    private final TrainingSamples samples;
    private final Decoder decoder;
    private final FineTuneLoop loop;
    private final SavedState saved;
    private CheckpointId checkpoint;
    private Manifest manifest;
    private int nonFiniteSteps;

    private RunSession(
            SegmentWork work,
            TrainingSamples samples,
            Decoder decoder,
            FineTuneLoop loop,
            SavedState saved,
            Manifest manifest) {
        this.run = work.runId();
        this.samples = samples;
        this.decoder = decoder;
        this.loop = loop;
        this.saved = saved;
        this.checkpoint = work.base();
        this.manifest = manifest;
    }

    /**
     * Loads weights, optimizer state and data.
     *
     * @param work the segment it begins with
     * @param base what it starts from
     * @param known samples encoded before; used if they are of the same data
     */
    static RunSession open(SegmentWork work, SegmentBase base, Optional<TrainingSamples> known)
            throws IOException, SegmentFailureException {
        TrainingPlan plan = RunPlan.training(work);
        requireStoredAs(plan.precision(), base.manifest());
        ModelConfiguration configuration = ModelConfiguration.parse(
                Files.readAllBytes(base.path(SegmentBase.requiredFile(base.manifest(), SegmentBase.CONFIGURATION))));
        TrainingSamples.Key key = TrainingSamples.Key.of(base, work);
        Optional<TrainingSamples> same =
                known.filter(candidate -> candidate.key().equals(key));
        TrainingSamples samples = same.isPresent() ? same.get() : TrainingSamples.encode(base, work, configuration);
        BatchCursor cursor = new BatchCursor(samples.samples().samples(), plan.batch());
        Decoder decoder;
        try (ManifestTensorSource weights = new ManifestTensorSource(base.manifest(), base::path)) {
            decoder = load(work, configuration, weights, plan.precision());
        }
        SavedState saved = null;
        try {
            saved = SavedState.open(base, work);
            FineTuneLoop loop = new FineTuneLoop(decoder, plan, cursor, saved.state());
            return new RunSession(work, samples, decoder, loop, saved, base.manifest());
        } catch (IOException | RuntimeException refused) {
            if (saved != null) {
                saved.close();
            }
            decoder.close();
            throw refused;
        }
    }

    /** All weights exactly, or frozen layers as 8-bit integers where the run asks for that. */
    private static Decoder load(
            SegmentWork work, ModelConfiguration configuration, TensorSource weights, Precision precision)
            throws SegmentFailureException {
        return work.specification().method().frozenInt8()
                ? Decoder.loadQuantized(
                        configuration, weights, precision, trained(work, ModelStructure.of(configuration)))
                : Decoder.load(configuration, weights, precision);
    }

    private static List<ParameterGroup> trained(SegmentWork work, ModelStructure structure)
            throws SegmentFailureException {
        return RunPlan.window(work, structure).block().map(Block::groups).orElse(structure.groups());
    }

    /** Whether the weights that a segment trains are in memory exactly; frozen layers may be there as 8-bit integers only. */
    boolean holdsExactly(SegmentWork work) throws SegmentFailureException {
        return decoder.holdsExactly(trained(work, decoder.structure()));
    }

    /** Reads what a segment trains from its base again, where it is in memory as 8-bit integers only, and quantizes what the segment before trained. */
    void holdExactly(SegmentWork work, SegmentBase base) throws IOException, SegmentFailureException {
        try (ManifestTensorSource weights = new ManifestTensorSource(base.manifest(), base::path)) {
            decoder.holdExactly(trained(work, decoder.structure()), weights);
        }
    }

    /** Whether the segment begins where the session stands. */
    boolean standsAt(SegmentWork work) {
        return run.equals(work.runId()) && checkpoint.equals(work.base());
    }

    /** The run. */
    RunId run() {
        return run;
    }

    /** The checkpoint whose weights are in memory. */
    CheckpointId checkpoint() {
        return checkpoint;
    }

    /** Manifest of that checkpoint. */
    Manifest manifest() {
        return manifest;
    }

    /** What the model consists of. */
    ModelStructure structure() {
        return decoder.structure();
    }

    /** The samples, to be used again. */
    TrainingSamples samples() {
        return samples;
    }

    /** Trains the steps of a segment. */
    SegmentOutcome train(SegmentWindow window, StepListener listener, BooleanSupplier stopRequested) {
        try {
            return loop.run(window, listener, stopRequested);
        } finally {
            saved.close();
        }
    }

    /** Optimizer steps in a row, up to the last one, whose loss or gradient was no number. */
    int nonFiniteSteps() {
        return nonFiniteSteps;
    }

    /** Stands at the checkpoint that the segment just trained makes. */
    void advance(CheckpointId result, Manifest resultManifest, int nonFiniteStepsAtEnd) {
        checkpoint = result;
        manifest = resultManifest;
        nonFiniteSteps = nonFiniteStepsAtEnd;
    }

    @Override
    public void close() {
        saved.close();
        loop.close();
        decoder.close();
    }

    /** A checkpoint keeps its tensors' types from segment to segment, so a run computes on weights of the type they are stored in. */
    private static void requireStoredAs(Precision precision, Manifest manifest) throws SegmentFailureException {
        List<TensorEntry> others = manifest.tensors().stream()
                .filter(tensor -> tensor.dtype() != precision.dtype())
                .toList();
        if (!others.isEmpty()) {
            TensorEntry first = others.getFirst();
            throw new SegmentFailureException(
                    FailureCode.INVALID_SPECIFICATION,
                    "the run asks for weights in " + precision.dtype() + ", but " + others.size() + " of "
                            + manifest.tensors().size() + " tensors of the checkpoint are not, such as " + first.name()
                            + " in " + first.dtype()
                            + "; choose the precision the model is stored in, or import it converted");
        }
    }
}
