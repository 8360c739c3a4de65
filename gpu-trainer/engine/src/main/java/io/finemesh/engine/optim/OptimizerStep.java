package io.finemesh.engine.optim;

/** One optimizer step in the making: takes gradients, then is asked for their norm, then updates the weights or is closed without. */
public interface OptimizerStep extends LayerGradientSink, AutoCloseable {
    /** In which order the rows and layers of the batch are to be visited. */
    Traversal traversal();

    /** Euclidean norm of the accumulated gradients before clipping; not finite if any element is not. To be asked once all groups are complete. */
    double norm();

    /**
     * Updates weights and optimizer state with the accumulated gradients. With {@link Traversal#LAYERS_TWICE} it only takes note; the updates are made while
     * the groups of the second visit are completed.
     *
     * @param gradientScale by which gradients are to be multiplied first; 1, or less to clip
     */
    void update(double learningRate, double gradientScale);

    /** Frees what the step holds. A step that is closed without an update leaves weights and optimizer state bit-identical. */
    @Override
    void close();
}
