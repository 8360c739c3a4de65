package io.finemesh.plan.memory;

import static io.finemesh.plan.memory.MemoryEstimate.sum;
import static java.lang.Math.addExact;
import static java.lang.Math.multiplyExact;

import io.finemesh.checkpoint.model.ModelConfiguration;

/**
 * The moments of a run at which memory may be highest, and what exists at each besides weights, master and moments. Whichever is highest is the
 * estimate.
 *
 * <p>Everything is counted exactly or not at all: a number of bytes beyond 2^63 is an {@link ArithmeticException}, never a small or negative one.
 *
 * <p>Legend: N tokens per row, h hidden, a = heads x head dimension, k = key-value heads x head dimension, f intermediate, L layers, V vocabulary, c bytes of
 * arithmetic.
 */
final class PeakMoments {
    /** Fewest labelled tokens in a chunk of the loss, however large the vocabulary. */
    private static final int LEAST_CHUNK_TOKENS = 16;

    private final ModelSizes sizes;
    private final ModelConfiguration model;
    private final FloatFormat weights;
    private final BatchShape batch;
    private final TrainedCost trained;

    PeakMoments(ModelSizes sizes, TrainedCost trained, FloatFormat weights, BatchShape batch) {
        this.sizes = sizes;
        this.model = sizes.structure().configuration();
        this.weights = weights;
        this.batch = batch;
        this.trained = trained;
    }

    /** The highest of the moments. */
    MemoryEstimate highest() {
        MemoryEstimate loss = loss();
        MemoryEstimate backward = backward();
        MemoryEstimate step = loss.totalBytes() > backward.totalBytes() ? loss : backward;
        long beyondStep = Math.max(0, segmentEndBytes() - step.totalBytes());
        return estimate(step.activationBytes(), step.logitsBytes(), addExact(step.overheadBytes(), beyondStep));
    }

    /** A chunk of the loss: all layers done, logits and their slope, the head widened. */
    private MemoryEstimate loss() {
        long head = multiplyExact((long) model.vocabularySize(), model.hiddenSize());
        // Hidden states before and after the final norm, and their slope: at most every token is labelled.
        long states = multiplyExact(3, tokenBytes(model.hiddenSize()));
        long widenedHead = weights == batch.arithmetic()
                ? 0
                : multiplyExact(head, batch.arithmetic().bytes());
        long slope = multiplyExact(multiplyExact(trained.headRows(), model.hiddenSize()), FloatFormat.FP32.bytes());
        long widenedLayers = keepsLayers() ? multiplyExact(model.layerCount(), widenedLayerBytes()) : 0;
        return estimate(
                addExact(betweenPassesBytes(), states),
                logitsBytes(),
                sum(MemoryPlan.PROCESS_BYTES, widenedHead, slope, widenedLayers));
    }

    /** The backward pass of a layer: its graph, the slopes travelling through it, its gradients arriving. */
    private MemoryEstimate backward() {
        long graph = keepsLayers() ? 0 : keptLayerBytes();
        long travelling = tokenBytes(2L * model.hiddenSize() + 3L * model.intermediateSize());
        long widened = multiplyExact(keepsLayers() ? model.layerCount() : 1, widenedLayerBytes());
        return estimate(
                sum(betweenPassesBytes(), graph, travelling),
                0,
                sum(MemoryPlan.PROCESS_BYTES, trained.arrivingBytes(), widened));
    }

    /** The end of a segment: no gradients, but copies of what changed and of the optimizer's state, to be written. */
    private long segmentEndBytes() {
        long optimizer = sum(trained.masterBytes(), trained.stateBytes(), trained.projectionBytes());
        return sum(trained.weightsBytes(), optimizer, trained.changedBytes(), optimizer, MemoryPlan.PROCESS_BYTES);
    }

    private MemoryEstimate estimate(long activationBytes, long logitsBytes, long overheadBytes) {
        return new MemoryEstimate(
                trained.weightsBytes(),
                trained.masterBytes(),
                trained.gradientBytes(),
                trained.stateBytes(),
                trained.projectionBytes(),
                activationBytes,
                logitsBytes,
                overheadBytes);
    }

    /** Kept from forward to backward pass: all layers' graphs, or L + 1 inputs of [N, h]. */
    private long betweenPassesBytes() {
        return keepsLayers()
                ? multiplyExact(model.layerCount(), keptLayerBytes())
                : multiplyExact(
                        trained.layerByLayer() ? batch.rowsPerStep() : 1,
                        tokenBytes(multiplyExact(model.layerCount() + 1L, model.hiddenSize())));
    }

    /** Graphs of several rows at once would take the memory that one row at a time saves. */
    private boolean keepsLayers() {
        return !(trained.layerByLayer() && batch.rowsPerStep() > 1)
                && multiplyExact(model.layerCount(), addExact(keptLayerBytes(), widenedLayerBytes()))
                        <= batch.keptActivationBytes();
    }

    /** Graph of one layer: both norms and residuals 8h, projections before and after rotation and heads 5(a + 2k), MLP 5f per token. */
    private long keptLayerBytes() {
        long projected = multiplyExact(model.attentionHeads() + 2L * model.keyValueHeads(), model.headDimension());
        return tokenBytes(sum(8L * model.hiddenSize(), multiplyExact(5, projected), 5L * model.intermediateSize()));
    }

    private long widenedLayerBytes() {
        return weights == batch.arithmetic()
                ? 0
                : multiplyExact(sizes.largestLayer(), batch.arithmetic().bytes());
    }

    private long logitsBytes() {
        // Both in fp32 whatever the arithmetic: a sum over the vocabulary loses too much in bf16.
        long perToken = (long) FloatFormat.FP32.bytes() * model.vocabularySize();
        long tokens = Math.min(batch.tokensPerRow(), Math.max(LEAST_CHUNK_TOKENS, batch.lossChunkBytes() / perToken));
        return multiplyExact(2 * tokens, perToken);
    }

    private long tokenBytes(long numbersPerToken) {
        return multiplyExact((long) batch.arithmetic().bytes() * batch.tokensPerRow(), numbersPerToken);
    }
}
