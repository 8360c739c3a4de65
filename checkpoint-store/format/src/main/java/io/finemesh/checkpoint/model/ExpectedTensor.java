package io.finemesh.checkpoint.model;

import java.util.List;

/**
 * A tensor that a model of some configuration must have.
 *
 * @param name as in the weight file
 * @param shape extents, slowest first
 * @param group the part of the model it belongs to
 * @param role what it does there
 */
public record ExpectedTensor(String name, List<Long> shape, ParameterGroup group, TensorRole role) {
    public ExpectedTensor {
        shape = List.copyOf(shape);
    }

    /** Elements of the tensor. */
    public long elementCount() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
