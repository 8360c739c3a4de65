package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.TensorRole;
import java.util.Set;

/**
 * How far back a step goes through the model, and what it makes there.
 *
 * @param form of the trained layers' gradients
 * @param adapted roles of the matrices with adapters beside them
 * @param dropped whether a part of the adapters' inputs is left out
 * @param order of rows and layers
 * @param lowestLayer that the backward pass reaches; the number of layers if it reaches none
 * @param trainedLayers layers with gradients
 * @param headBytes gradient of the output head that a chunk of the loss adds to; of the tied embedding too
 * @param embeddingBytes gradient of the embedding, formed at the end of the backward pass
 * @param finalNorm whether the final norm is trained
 * @param gradientWorkspaceBytes beyond a layer's gradients when they are complete, such as a whole gradient to be decomposed
 * @param updateWorkspaceBytes beyond weights, gradients and states while a tensor is updated
 */
record BackwardParts(
        LayerNumbers.Form form,
        Set<TensorRole> adapted,
        boolean dropped,
        Order order,
        int lowestLayer,
        int trainedLayers,
        long headBytes,
        long embeddingBytes,
        boolean finalNorm,
        long gradientWorkspaceBytes,
        long updateWorkspaceBytes) {

    /** Which loop is the outer one. */
    enum Order {
        /** Rows: gradients of all parameters are summed over them. */
        ROWS,
        /** Layers: the inputs of every row are kept. */
        LAYERS,
        /** Layers, and the gradients of one are freed before those of the next. */
        LAYERS_FREED
    }

    /** Whether all rows of a step go through a layer before the next. */
    boolean layerByLayer() {
        return order != Order.ROWS;
    }

    BackwardParts from(int layer) {
        return new BackwardParts(
                form,
                adapted,
                dropped,
                order,
                layer,
                trainedLayers,
                headBytes,
                embeddingBytes,
                finalNorm,
                gradientWorkspaceBytes,
                updateWorkspaceBytes);
    }
}
