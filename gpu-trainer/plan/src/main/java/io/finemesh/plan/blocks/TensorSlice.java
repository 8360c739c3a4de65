package io.finemesh.plan.blocks;

import io.finemesh.checkpoint.model.ExpectedTensor;
import java.util.Objects;

/**
 * Consecutive rows of a tensor: the smallest thing that can be trained on its own.
 *
 * @param tensor of which it is a part
 * @param firstRow along the first dimension, from 0
 * @param rows at least 1, up to those of the tensor
 */
public record TensorSlice(ExpectedTensor tensor, long firstRow, long rows) {
    public TensorSlice {
        Objects.requireNonNull(tensor, "tensor is null");
        long all = tensor.shape().getFirst();
        if (firstRow < 0 || rows < 1 || firstRow > all - rows) {
            throw new IllegalArgumentException("rows " + firstRow + " to " + (firstRow + rows - 1) + " of "
                    + tensor.name() + " do not exist; it has " + all);
        }
    }

    /** All rows. */
    public static TensorSlice whole(ExpectedTensor tensor) {
        return new TensorSlice(tensor, 0, tensor.shape().getFirst());
    }

    /** Whether these are all rows. */
    public boolean isWhole() {
        return rows == tensor.shape().getFirst();
    }

    /** First row after the slice. */
    public long endRow() {
        return firstRow + rows;
    }

    /** Elements of one row. */
    public long rowElements() {
        return tensor.elementCount() / tensor.shape().getFirst();
    }

    /** Elements of the slice. */
    public long elementCount() {
        return rows * rowElements();
    }

    /** Whether both have a row in common. */
    public boolean overlaps(TensorSlice other) {
        return tensor.name().equals(other.tensor.name()) && firstRow < other.endRow() && other.firstRow < endRow();
    }

    /** The tensor's name, with the rows where they are not all. */
    public String describe() {
        return isWhole() ? tensor.name() : tensor.name() + "[" + firstRow + ":" + endRow() + "]";
    }
}
