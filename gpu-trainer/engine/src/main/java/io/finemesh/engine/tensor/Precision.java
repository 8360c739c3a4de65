package io.finemesh.engine.tensor;

import io.finemesh.checkpoint.safetensors.Dtype;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How weights are held in memory between uses. Gradients, moments, the residual stream and the master weights of an active block are 32-bit floats in either
 * case. What a layer multiplies in, {@link #arithmetic}, depends on the device: with {@link #BF16} a layer's weights are widened just before the layer runs
 * where the host computes, as processors without bf16 units multiply them a hundred times slower than 32-bit floats; a graphics processor multiplies them as
 * they are and sums in 32 bits.
 */
public enum Precision {
    /** Four bytes per weight. */
    FP32(ScalarType.Float, Dtype.F32, 4),
    /** Two bytes per weight: the upper half of a 32-bit float. */
    BF16(ScalarType.BFloat16, Dtype.BF16, 2);

    private final ScalarType scalarType;
    private final Dtype dtype;
    private final int bytesPerElement;

    Precision(ScalarType scalarType, Dtype dtype, int bytesPerElement) {
        this.scalarType = scalarType;
        this.dtype = dtype;
        this.bytesPerElement = bytesPerElement;
    }

    /** Element type of the products inside a layer, on the device of this process. */
    public ScalarType arithmetic() {
        return Backend.onHost() ? ScalarType.Float : scalarType;
    }

    /** LibTorch's name of the element type. */
    public ScalarType scalarType() {
        return scalarType;
    }

    /** The element type in a weight file. */
    public Dtype dtype() {
        return dtype;
    }

    /** Bytes of one weight at rest. */
    public int bytesPerElement() {
        return bytesPerElement;
    }
}
