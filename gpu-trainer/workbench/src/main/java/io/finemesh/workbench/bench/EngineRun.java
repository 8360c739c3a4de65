package io.finemesh.workbench.bench;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.engine.data.BatchCursor;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.galore.NormKind;
import io.finemesh.engine.optim.galore.RefreshMethod;
import io.finemesh.engine.optim.moment.DeviceKernels;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.BackendReport;
import io.finemesh.engine.tensor.DeviceMemory;
import io.finemesh.engine.tensor.DevicePreference;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.text.EncodedText;
import io.finemesh.engine.train.FineTuneLoop;
import io.finemesh.engine.train.Method;
import io.finemesh.engine.train.Phase;
import io.finemesh.engine.train.StepReport;
import io.finemesh.engine.train.TrainingPlan;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.BlockVisits;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentPlan;
import io.finemesh.plan.schedule.SegmentWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The engine's side of a case: a whole run in this process, timed from step to step. */
final class EngineRun {
    private static final double LEARNING_RATE = 1e-4;
    private static final double CLIP_NORM = 1.0;
    private static final long SEED = 7;

    private final BenchCase wanted;
    private final List<StepReport> reports = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();

    EngineRun(BenchCase wanted) {
        this.wanted = wanted;
    }

    /** Trains, and says how long it took. */
    Measurement run() {
        BackendReport backend = Backend.start(wanted.threads(), DevicePreference.parse(wanted.device()));
        DeviceKernels.start(backend);
        ModelConfiguration configuration = wanted.shape().configuration();
        ModelStructure structure = ModelStructure.of(configuration);
        int steps = BenchCase.WARM_UP + wanted.steps();
        Workload workload = wanted.workload();
        List<EncodedText> samples = workload.samples(steps, configuration.vocabularySize());
        BatchPlan batch = new BatchPlan(workload.batchSize(), workload.batchSize() * workload.length(), SEED);
        TrainingPlan plan = new TrainingPlan(
                method(),
                batch,
                new LearningRateSchedule(LearningRateSchedule.Kind.CONSTANT, LEARNING_RATE, 0, steps, 1),
                CLIP_NORM,
                SEED,
                wanted.precision(),
                steps);
        try (RandomWeights weights = new RandomWeights(structure, wanted.precision(), SEED);
                Decoder decoder = Decoder.load(configuration, weights, wanted.precision());
                FineTuneLoop loop = new FineTuneLoop(
                        decoder,
                        plan,
                        new BatchCursor(samples, batch),
                        Optional.empty(),
                        wanted.activations().bytes())) {
            SegmentPlan segments = segments(structure, steps);
            for (SegmentWindow window = segments.at(0); ; window = segments.at(window.index() + 1)) {
                loop.run(window, this::heard, () -> false).close();
                if (window.endStep() >= steps) {
                    return measurement(backend);
                }
            }
        }
    }

    private Method method() {
        AdamHyperparameters adam = AdamHyperparameters.withDecay(0.01);
        return switch (wanted.method()) {
            case ADAMW -> new Method.AdamW(adam);
            case BADAM -> new Method.BAdam(adam);
            case GALORE -> new Method.GaLore(adam, galore(wanted.rank()), WeightRounding.STOCHASTIC);
        };
    }

    /** The reference's projection, refreshed the cheap way, and clipped by what is computed anyway. */
    private static GaloreSettings galore(int rank) {
        GaloreSettings reference = GaloreSettings.reference(rank, BenchCase.REFRESH_INTERVAL, BenchCase.GALORE_SCALE);
        return new GaloreSettings(
                reference.rank(),
                reference.updateInterval(),
                reference.scale(),
                reference.side(),
                reference.targets(),
                reference.moments(),
                reference.epsilon(),
                RefreshMethod.RANDOMISED,
                reference.powerIterations(),
                true,
                reference.adaptive(),
                reference.rewarmSteps(),
                reference.transport(),
                reference.basisPrecision(),
                reference.residual(),
                NormKind.PROJECTED);
    }

    private SegmentPlan segments(ModelStructure structure, int steps) {
        return switch (wanted.method()) {
            case ADAMW, GALORE -> SegmentPlan.ofWindows(steps, steps);
            case BADAM ->
                SegmentPlan.ofVisits(new BlockVisits(
                        BlockPartition.layers(structure, false, false),
                        BlockOrder.ASCENDING,
                        BlockOrder.NATURAL_START,
                        wanted.switchInterval(),
                        false,
                        SEED,
                        steps));
        };
    }

    private void heard(StepReport report) {
        Backend.synchronize();
        ends.add(System.nanoTime());
        reports.add(report);
    }

    private Measurement measurement(BackendReport backend) {
        List<StepReport> measured = reports.subList(BenchCase.WARM_UP, reports.size());
        List<Double> seconds = new ArrayList<>();
        for (int step = BenchCase.WARM_UP; step < ends.size(); step++) {
            seconds.add((ends.get(step) - ends.get(step - 1)) / 1e9);
        }
        double total = seconds.stream().mapToDouble(Double::doubleValue).sum();
        long tokens = measured.stream().mapToLong(StepReport::tokens).sum();
        Map<String, Double> phases = new TreeMap<>();
        for (Phase phase : Phase.values()) {
            phases.put(
                    phase.name().toLowerCase(Locale.ROOT),
                    measured.stream()
                                    .mapToLong(report -> report.phaseNanos().getOrDefault(phase, 0L))
                                    .average()
                                    .orElse(0)
                            / 1e9);
        }
        return new Measurement(
                "finemesh, LibTorch " + backend.libtorchVersion() + ", "
                        + switch (backend.compute().kind()) {
                            case CPU -> backend.blas();
                            case CUDA -> backend.compute().name();
                        },
                tokens / total,
                total / seconds.size(),
                seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow(),
                Medians.of(seconds),
                backend.deviceMemory().map(DeviceMemory::peakAllocatedBytes).orElseGet(() -> NativeMemory.now()
                        .peakResidentBytes()),
                reports.getFirst().loss(),
                reports.getLast().loss(),
                phases);
    }
}
