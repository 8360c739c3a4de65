package io.finemesh.plan.memory;

import static io.finemesh.plan.memory.MemoryEstimate.sum;
import static java.lang.Math.addExact;
import static java.lang.Math.multiplyExact;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.plan.memory.LayerNumbers.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The moments of a run at which memory may be highest, and what exists at each besides weights, master and moments. Whichever is highest is the
 * estimate.
 *
 * <p>Everything is counted exactly or not at all: a number of bytes beyond 2^63 is an {@link ArithmeticException}, never a small or negative one.
 */
final class PeakMoments {
    /** Fewest labelled tokens in a chunk of the loss, however large the vocabulary. */
    private static final int LEAST_CHUNK_TOKENS = 16;

    /** Two 64-bit indices and a target of each token. */
    private static final long INDEX_BYTES = 24;

    private final ModelSizes sizes;
    private final ModelConfiguration model;
    private final FloatFormat weights;
    private final BatchShape batch;
    private final TrainedCost trained;
    private final BackwardParts parts;
    private final LayerNumbers numbers;
    private final int visited;
    private final boolean keeps;
    private final long largestLayer;
    private final long layerGradient;

    /**
     * One moment.
     *
     * @param gradients that exist already
     * @param activations of all rows that are under way
     * @param logits of a chunk
     * @param overhead of widened weights, arriving gradients and workspaces
     */
    private record Moment(long gradients, long activations, long logits, long overhead) {
        long bytes() {
            return sum(gradients, activations, logits, overhead);
        }
    }

    PeakMoments(ModelSizes sizes, TrainedCost trained, FloatFormat weights, BatchShape batch) {
        this.sizes = sizes;
        this.model = sizes.structure().configuration();
        this.weights = weights;
        this.batch = batch;
        this.trained = trained;
        this.parts = trained.parts();
        this.numbers = new LayerNumbers(sizes, batch, parts.adapted(), parts.dropped());
        this.visited = model.layerCount() - parts.lowestLayer();
        this.largestLayer = sizes.largestLayer();
        this.keeps = keepsLayers();
        long outside = addExact(parts.headBytes(), model.tiedEmbeddings() ? 0 : parts.embeddingBytes());
        this.layerGradient = parts.order() == BackwardParts.Order.LAYERS_FREED
                ? multiplyExact(FloatFormat.FP32.bytes(), largestLayer)
                : Math.max(0, trained.gradientBytes() - outside) / Math.max(1, parts.trainedLayers());
    }

    /** The highest of the moments. */
    MemoryEstimate highest() {
        List<Moment> moments = new ArrayList<>();
        moments.add(forward());
        moments.add(loss());
        if (visited > 0) {
            for (int layer : new int[] {parts.lowestLayer(), model.layerCount() - 1}) {
                moments.add(mlp(layer));
                moments.add(attention(layer));
                moments.add(gradients(layer));
                moments.add(complete(layer));
            }
        }
        if (parts.embeddingBytes() > 0) {
            moments.add(embedding());
        }
        moments.add(new Moment(trained.gradientBytes(), 0, 0, parts.updateWorkspaceBytes()));
        moments.add(new Moment(0, 0, 0, copiesBytes()));
        Moment highest =
                moments.stream().max(Comparator.comparingLong(Moment::bytes)).orElseThrow();
        return new MemoryEstimate(
                trained.weightsBytes(),
                trained.masterBytes(),
                highest.gradients(),
                trained.stateBytes(),
                trained.projectionBytes(),
                highest.activations(),
                highest.logits(),
                addExact(MemoryPlan.PROCESS_BYTES, highest.overhead()),
                trained.gradientBytes());
    }

    /** The last layer of the forward pass: what is kept of those before, and its own intermediates. */
    private Moment forward() {
        int top = model.layerCount() - 1;
        boolean graphs = keeps && visited > 0;
        long under = graphs
                ? addExact(keptBelow(top), tokens(numbers.graph(top, form(top))))
                : addExact(inputs(Math.max(1, visited)), tokens(numbers.forward(top)));
        return new Moment(earlierRows(), addExact(rows(), under), 0, widened(graphs ? parts.lowestLayer() : top, top));
    }

    /** A chunk of the loss: all layers done, logits and their slope, the head widened. */
    private Moment loss() {
        long hidden = keeps ? 0 : tokens(model.hiddenSize());
        boolean slope = visited > 0 || parts.finalNorm();
        // The normed states and what the norm keeps of them, and the slope.
        long states = tokens(multiplyExact((parts.finalNorm() ? 2L : 1L) + (slope ? 1 : 0), model.hiddenSize()));
        long otherRows = parts.layerByLayer() ? multiplyExact(batch.rowsPerStep() - 1, tokens(model.hiddenSize())) : 0;
        long head = multiplyExact(
                multiplyExact((long) model.vocabularySize(), model.hiddenSize()),
                weights == batch.arithmetic() ? 0 : batch.arithmetic().bytes());
        long arriving = batch.rowsPerStep() > 1 ? parts.headBytes() : 0;
        long present = batch.rowsPerStep() > 1 && !parts.layerByLayer() ? trained.gradientBytes() : parts.headBytes();
        return new Moment(
                present,
                sum(rows(), keeps ? keptBelow(model.layerCount()) : inputs(visited), hidden, states, otherRows),
                logitsBytes(),
                sum(head, arriving, keeps ? widened(parts.lowestLayer(), model.layerCount() - 1) : 0));
    }

    /** The MLP's half of a layer's backward pass. */
    private Moment mlp(int layer) {
        return backward(layer, numbers.backwardOfMlp(layer, form(layer)), Stage.MLP);
    }

    /** The attention's half. */
    private Moment attention(int layer) {
        return backward(layer, numbers.backwardOfAttention(layer, form(layer)), Stage.ATTENTION);
    }

    /** The end of a layer's backward pass. */
    private Moment gradients(int layer) {
        return backward(layer, numbers.gradients(layer, form(layer)), Stage.COMPLETE);
    }

    /** A layer's gradients are complete: those that waited for all rows are measured and decomposed, or used at once. */
    private Moment complete(int layer) {
        Moment own = backward(layer, model.hiddenSize(), Stage.COMPLETE);
        long waiting = form(layer) == Form.FACTORS
                ? multiplyExact(batch.rowsPerStep(), tokens(numbers.factorsOfMlp()))
                        - multiplyExact(batch.rowsPerStep() - 1, tokens(numbers.factors()))
                : 0;
        long workspace =
                switch (parts.order()) {
                    case ROWS -> 0;
                    case LAYERS -> parts.gradientWorkspaceBytes();
                    case LAYERS_FREED -> parts.updateWorkspaceBytes();
                };
        return new Moment(
                own.gradients(), addExact(own.activations(), waiting), 0, addExact(own.overhead(), workspace));
    }

    /** How far a layer's backward pass has come. */
    private enum Stage {
        MLP,
        ATTENTION,
        COMPLETE
    }

    /** The backward pass of a layer for the last row of a step. */
    private Moment backward(int layer, long numbersPerToken, Stage stage) {
        Form form = form(layer);
        int below = layer - parts.lowestLayer();
        long kept = keeps ? keptBelow(layer) : inputs(below + 1);
        long earlierRows = parts.layerByLayer()
                ? multiplyExact(
                        batch.rowsPerStep() - 1,
                        tokens(addExact(model.hiddenSize(), form == Form.FACTORS ? numbers.factors() : 0)))
                : 0;
        boolean top = layer == model.layerCount() - 1;
        long formed = (long) (formed(form, stage) * layerGradient);
        long above =
                switch (parts.order()) {
                    case ROWS, LAYERS ->
                        addExact(parts.headBytes(), top ? 0 : multiplyExact(parts.trainedLayers() - 1L, layerGradient));
                    case LAYERS_FREED -> model.tiedEmbeddings() ? parts.headBytes() : 0;
                };
        boolean accumulated = batch.rowsPerStep() > 1 && form == Form.WHOLE;
        long present =
                switch (parts.order()) {
                    case ROWS -> batch.rowsPerStep() > 1 ? trained.gradientBytes() : addExact(above, formed);
                    case LAYERS, LAYERS_FREED -> addExact(above, accumulated ? layerGradient : formed);
                };
        long ownCopies = (long) (unused(form, stage) * widened(layer, layer));
        return new Moment(
                present,
                sum(rows(), kept, tokens(numbersPerToken), earlierRows),
                0,
                sum(accumulated ? formed : 0, keeps ? widened(parts.lowestLayer(), layer - 1) : 0, ownCopies));
    }

    /** Part of a layer's gradient that is there: matrices from the output down, or all at the end. */
    private double formed(Form form, Stage stage) {
        return switch (form) {
            case FROZEN -> 0;
            case WHOLE ->
                switch (stage) {
                    case MLP -> down();
                    case ATTENTION -> 3 * down() + attentionOutput();
                    case COMPLETE -> 1;
                };
            case FACTORS, ADAPTERS -> stage == Stage.COMPLETE ? 1 : 0;
        };
    }

    /** Part of a layer's 32-bit copies that is there still: a graph lets go of each when it has been used, unless it has a gradient. */
    private double unused(Form form, Stage stage) {
        return switch (form) {
            case WHOLE -> 1;
            case FROZEN, FACTORS, ADAPTERS ->
                switch (stage) {
                    case MLP -> 1 - down();
                    case ATTENTION -> 1 - 3 * down() - attentionOutput();
                    case COMPLETE -> 0;
                };
        };
    }

    /** The matrix at the end of the MLP as a part of its layer; gate and up are as large each. */
    private double down() {
        return (double) model.hiddenSize() * model.intermediateSize() / largestLayer;
    }

    private double attentionOutput() {
        return (double) model.hiddenSize() * model.attentionHeads() * model.headDimension() / largestLayer;
    }

    /** The gradient of the embedding arrives. */
    private Moment embedding() {
        boolean second = model.tiedEmbeddings() || batch.rowsPerStep() > 1;
        return new Moment(
                parts.order() == BackwardParts.Order.LAYERS_FREED ? parts.embeddingBytes() : trained.gradientBytes(),
                addExact(rows(), tokens(model.hiddenSize())),
                0,
                second ? parts.embeddingBytes() : 0);
    }

    /** Copies at the end of a segment, to be written: of what changed and of the optimizer's state. */
    private long copiesBytes() {
        return sum(trained.changedBytes(), trained.masterBytes(), trained.stateBytes(), trained.projectionBytes());
    }

    private Form form(int layer) {
        boolean single = parts.trainedLayers() == 1;
        return parts.trainedLayers() == 0 || single && layer != parts.lowestLayer() ? Form.FROZEN : parts.form();
    }

    private long earlierRows() {
        return batch.rowsPerStep() > 1 && !parts.layerByLayer() ? trained.gradientBytes() : 0;
    }

    /** Tokens, targets, angles and masks of the rows that are held. */
    private long rows() {
        long perRow = addExact(
                multiplyExact(INDEX_BYTES, batch.tokensPerRow()), tokens(2L * numbers.ropes() * model.headDimension()));
        return multiplyExact(parts.layerByLayer() ? batch.rowsPerStep() : 1, addExact(perRow, numbers.maskBytes()));
    }

    /** Graphs of the visited layers below one, each with its input. */
    private long keptBelow(int layer) {
        long perToken = model.hiddenSize();
        for (int below = parts.lowestLayer(); below < layer; below++) {
            perToken = sum(perToken, numbers.kept(below, form(below)), model.hiddenSize());
        }
        return tokens(perToken);
    }

    /** Inputs of so many layers. */
    private long inputs(int layers) {
        return multiplyExact(
                parts.layerByLayer() ? batch.rowsPerStep() : 1,
                tokens(multiplyExact((long) layers, model.hiddenSize())));
    }

    /** Whether the engine keeps all layers' graphs of a row; of several rows at once it never does. */
    private boolean keepsLayers() {
        return !(parts.layerByLayer() && batch.rowsPerStep() > 1)
                && LayerMemory.keeps(sizes, numbers, batch, weights != batch.arithmetic() || trained.frozenInt8());
    }

    /** 32-bit copies of the weights of the layers from one to another, the latter included, that are stored in fewer bits. */
    private long widened(int from, int to) {
        boolean narrow = weights != batch.arithmetic();
        long layers = IntStream.rangeClosed(from, to)
                .filter(layer -> narrow || trained.frozenInt8() && form(layer) == Form.FROZEN)
                .count();
        return multiplyExact(
                layers, multiplyExact(largestLayer, batch.arithmetic().bytes()));
    }

    private long logitsBytes() {
        // Both in fp32 whatever the arithmetic: a sum over the vocabulary loses too much in bf16.
        long perToken = (long) FloatFormat.FP32.bytes() * model.vocabularySize();
        long tokens = Math.min(batch.tokensPerRow(), Math.max(LEAST_CHUNK_TOKENS, batch.lossChunkBytes() / perToken));
        int copies = model.parts().logitSoftCap().isPresent() ? 3 : 2;
        return multiplyExact(copies * tokens, perToken);
    }

    private long tokens(long numbersPerToken) {
        return multiplyExact((long) batch.arithmetic().bytes() * batch.tokensPerRow(), numbersPerToken);
    }
}
