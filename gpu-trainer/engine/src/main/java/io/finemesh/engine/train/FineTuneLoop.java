package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.data.BatchCursor;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.data.CursorState;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.Traversal;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.schedule.SegmentWindow;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Fine-tunes a decoder in place, one segment at a time. Start reading the engine here.
 *
 * <p>Each optimizer step: take the step's rows, add up their gradients layer by layer ({@link LayerwiseBackward}), look at loss and norm, clip, update the
 * active parameters ({@link ActiveParameters}), report. AdamW is the case where everything is active and stays so; BAdam enters a block at the start of a
 * segment and leaves it at the end.
 *
 * <p>What makes runs repeatable: the rows and the learning rate of a step depend on the step's number alone, and everything else that outlives a step is in
 * {@link TrainingState}. <i>N</i> steps equal <i>k</i> steps, save, new process, load, <i>N-k</i> steps, bit for bit, given the same number of threads.
 *
 * <p>Used by one thread. The decoder stays the caller's.
 */
public final class FineTuneLoop implements AutoCloseable {
    private static final String ALL_PARAMETERS = "all";
    /** As in PyTorch's clip_grad_norm_, so that a zero norm divides by something. */
    private static final double NORM_EPSILON = 1e-6;

    private final Decoder decoder;
    private final TrainingPlan plan;
    private final BatchSource batches;
    private final long activationBudgetBytes;
    private final PhaseClock clock = new PhaseClock();
    private final LayerwiseBackward backward;
    private long nextStep;
    private long skippedSteps;
    private Optional<TrainingState> unread;
    private ActiveParameters active;

    /**
     * Prepares a run, or its continuation.
     *
     * @param decoder with the weights the run starts from or, on resume, those saved with the state
     * @param plan of the run
     * @param data samples of each step, in batches as the plan says
     * @param resume state saved by {@link SegmentOutcome#state}; absent to begin at step 0
     */
    public FineTuneLoop(Decoder decoder, TrainingPlan plan, BatchCursor data, Optional<TrainingState> resume) {
        this(decoder, plan, BatchSource.of(requireBatches(data, plan)), resume, ActivationPolicy.DEFAULT_BUDGET_BYTES);
    }

    /**
     * As above, with rows from any source.
     *
     * @param batches rows of each step
     */
    public FineTuneLoop(Decoder decoder, TrainingPlan plan, BatchSource batches, Optional<TrainingState> resume) {
        this(decoder, plan, batches, resume, ActivationPolicy.DEFAULT_BUDGET_BYTES);
    }

    /**
     * The first, with a limit on what is kept between forward and backward pass.
     *
     * @param activationBudgetBytes beyond which layers are computed again on the way back; 0 to always do so
     */
    public FineTuneLoop(
            Decoder decoder,
            TrainingPlan plan,
            BatchCursor data,
            Optional<TrainingState> resume,
            long activationBudgetBytes) {
        this(decoder, plan, BatchSource.of(requireBatches(data, plan)), resume, activationBudgetBytes);
    }

    /**
     * As above, with rows from any source and a limit.
     *
     * @param activationBudgetBytes beyond which layers are computed again on the way back; 0 to always do so
     */
    FineTuneLoop(
            Decoder decoder,
            TrainingPlan plan,
            BatchSource batches,
            Optional<TrainingState> resume,
            long activationBudgetBytes) {
        if (decoder.storage() != plan.precision()) {
            throw new IllegalArgumentException("the plan asks for weights in " + plan.precision()
                    + ", the decoder holds them in " + decoder.storage() + "; load it in the plan's precision");
        }
        resume.ifPresent(state -> requireSameRun(state, plan));
        resume.ifPresent(batches::resume);
        this.decoder = decoder;
        this.plan = plan;
        this.batches = batches;
        this.activationBudgetBytes = activationBudgetBytes;
        this.backward = new LayerwiseBackward(decoder, clock);
        this.unread = resume;
        this.nextStep = resume.map(TrainingState::nextStep).orElse(0L);
        this.skippedSteps = resume.map(TrainingState::skippedSteps).orElse(0L);
    }

    /**
     * Trains the steps of a segment that are not done yet.
     *
     * @param window the segment; must contain the next step
     * @param listener hears of each step
     * @param stopRequested asked before each step; true ends the segment early, at a point from which it can be resumed
     */
    public SegmentOutcome run(SegmentWindow window, StepListener listener, BooleanSupplier stopRequested) {
        if (!window.contains(nextStep)) {
            throw new IllegalArgumentException("segment " + window.index() + " has steps " + window.firstStep() + " to "
                    + (window.endStep() - 1) + ", but the next step is " + nextStep);
        }
        enter(window);
        List<StepReport> reports = new ArrayList<>();
        while (nextStep < window.endStep() && !stopRequested.getAsBoolean()) {
            StepReport report = step(nextStep, window.block());
            nextStep++;
            skippedSteps += report.skipped() ? 1 : 0;
            reports.add(report);
            listener.stepCompleted(report);
        }
        return leave(window, reports);
    }

    /** First step not done. */
    public long nextStep() {
        return nextStep;
    }

    private StepReport step(long step, Optional<Block> block) {
        clock.reset();
        clock.enter(Phase.DATA);
        List<PackedRow> all = batches.rows(step);
        List<PackedRow> rows =
                all.stream().filter(row -> row.labelledTokens() > 0).toList();
        long labelled = rows.stream().mapToLong(PackedRow::labelledTokens).sum();
        int tokens = all.stream().mapToInt(row -> row.tokens().length).sum();
        double learningRate = plan.schedule().at(step);
        double loss = Double.NaN;
        double norm = Double.NaN;
        boolean skipped = true;
        try (TensorScope _ = TensorScope.open("step " + step);
                OptimizerStep update = active.begin(step)) {
            if (labelled > 0) {
                loss = accumulate(rows, update, labelled);
                clock.enter(Phase.OPTIMIZER);
                norm = update.norm();
                skipped = !Double.isFinite(loss) || !Double.isFinite(norm);
            }
            if (!skipped) {
                update.update(learningRate, clipping(norm));
                if (update.traversal() == Traversal.LAYERS_TWICE) {
                    accumulate(rows, update, labelled);
                }
            }
        }
        Map<Phase, Long> phases = clock.stop();
        return new StepReport(
                step,
                loss,
                norm,
                learningRate,
                tokens,
                Math.toIntExact(labelled),
                skipped,
                block.map(Block::id),
                phases,
                NativeMemory.now().residentBytes());
    }

    /** By what the gradients are to be multiplied, so that their norm is at most the plan's. */
    private double clipping(double norm) {
        boolean tooLong = norm + NORM_EPSILON > plan.maxGradientNorm();
        return tooLong ? plan.maxGradientNorm() / (norm + NORM_EPSILON) : 1;
    }

    /** Gradients of the mean loss over all labelled tokens of all rows. @return that loss */
    private double accumulate(List<PackedRow> rows, OptimizerStep update, long labelled) {
        return backward.accumulate(
                        rows,
                        update,
                        update.traversal(),
                        labelled,
                        row -> ActivationPolicy.choose(
                                decoder.structure(), row, decoder.widens(), activationBudgetBytes))
                / labelled;
    }

    /** Makes the segment's parameters the active ones: afresh, as they were left in this process, or as a state says. */
    private void enter(SegmentWindow window) {
        String id = blockId(window);
        if (active != null && active.id().equals(id)) {
            return;
        }
        Optional<TrainingState> saved = unread.filter(state -> state.block().isPresent());
        unread = Optional.empty();
        List<GroupTensors> trained = window
                .block()
                .map(Block::groups)
                .orElse(decoder.structure().groups())
                .stream()
                .map(decoder::weights)
                .toList();
        Activation activation = new Activation(plan, id, trained, window.block().filter(block -> !block.isWhole()));
        if (saved.isEmpty()) {
            active = activation.enter();
            return;
        }
        TrainingState state = saved.get();
        if (!state.block().get().equals(id)) {
            throw new IllegalArgumentException(
                    "the training state is inside block " + state.block().get() + ", segment " + window.index()
                            + " trains " + id + "; the state belongs to another run or another segment");
        }
        active = activation.resume(state.source(), state.updates());
    }

    /** Copies what changed into memory of its own. */
    private SegmentOutcome leave(SegmentWindow window, List<StepReport> reports) {
        Arena memory = Arena.ofShared();
        try {
            return TensorBytes.copying(memory, () -> leave(window, reports, memory));
        } catch (RuntimeException | Error failed) {
            memory.close();
            throw failed;
        }
    }

    /** A finished visit of BAdam leaves its block, and with it all optimizer state. */
    private SegmentOutcome leave(SegmentWindow window, List<StepReport> reports, Arena memory) {
        Map<ParameterGroup, List<TensorData>> changed = new LinkedHashMap<>();
        boolean beside = plan.method() instanceof Method.Lora && nextStep < plan.totalSteps();
        if (!beside) {
            // Adapters are merged once, at the end of the run: until then the next segment needs the weights they stand
            // beside.
            active.groups().forEach(group -> changed.put(group, active.changed(decoder.weights(group))));
        }
        boolean visitEnds = window.block().isPresent() && nextStep == window.endStep();
        TrainingState state = new TrainingState(
                plan.method().id(),
                plan.seed(),
                plan.totalSteps(),
                nextStep,
                skippedSteps,
                visitEnds ? Optional.empty() : Optional.of(active.id()),
                visitEnds ? 0 : active.updates(),
                batches.stateAt(nextStep),
                visitEnds ? List.of() : active.export());
        if (visitEnds) {
            close();
        }
        return new SegmentOutcome(window, nextStep, changed, state, reports, memory);
    }

    private String blockId(SegmentWindow window) {
        return switch (plan.method()) {
            case Method.AdamW _ -> allParameters("AdamW", window);
            case Method.GaLore _ -> allParameters("GaLore", window);
            case Method.Lora _ -> allParameters("LoRA", window);
            case Method.Lomo lomo -> allParameters(lomo.id(), window);
            case Method.BAdam _ ->
                window.block()
                        .map(Block::id)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "BAdam trains one block at a time, but segment " + window.index() + " names none"));
        };
    }

    private static String allParameters(String method, SegmentWindow window) {
        window.block().ifPresent(block -> {
            throw new IllegalArgumentException(
                    method + " trains all parameters, but segment " + window.index() + " is for block " + block.id());
        });
        return ALL_PARAMETERS;
    }

    private static BatchCursor requireBatches(BatchCursor data, TrainingPlan plan) {
        CursorState cursor = data.stateAt(0);
        BatchPlan found = new BatchPlan(cursor.batchSize(), cursor.tokensPerRow(), cursor.seed());
        if (!found.equals(plan.batch())) {
            throw new IllegalArgumentException(
                    "the data comes in batches of " + found + ", the plan says " + plan.batch());
        }
        return data;
    }

    private static void requireSameRun(TrainingState state, TrainingPlan plan) {
        if (!state.method().equals(plan.method().id())
                || state.seed() != plan.seed()
                || state.totalSteps() != plan.totalSteps()) {
            throw new IllegalArgumentException(
                    "the training state is of a run with " + state.method() + ", seed " + state.seed()
                            + " and " + state.totalSteps() + " steps; the plan says "
                            + plan.method().id() + ", " + plan.seed() + " and "
                            + plan.totalSteps());
        }
    }

    /** Frees optimizer state; the decoder stays open. */
    @Override
    public void close() {
        if (active != null) {
            active.close();
            active = null;
        }
    }
}
