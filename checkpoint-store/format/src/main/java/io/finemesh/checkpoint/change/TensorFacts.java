package io.finemesh.checkpoint.change;

import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import java.util.List;

/**
 * What is known of a tensor before its bytes are read.
 *
 * @param name as in the weight file
 * @param dtype element type
 * @param shape extents, slowest first
 */
public record TensorFacts(String name, Dtype dtype, List<Long> shape) {
    public TensorFacts {
        shape = List.copyOf(shape);
    }

    /** Of a file. */
    public static TensorFacts of(TensorInfo tensor) {
        return new TensorFacts(tensor.name(), tensor.dtype(), tensor.shape());
    }

    /** Of a committed checkpoint. */
    public static TensorFacts of(TensorEntry tensor) {
        return new TensorFacts(tensor.name(), tensor.dtype(), tensor.shape());
    }
}
