package io.finemesh.checkpoint.safetensors;

import java.util.List;

/**
 * What one pass over a safetensors file yields: its name in the store and that of each tensor in it.
 *
 * @param digest SHA-256 of the whole file, 64 hexadecimal digits
 * @param sizeBytes length of the whole file
 * @param tensors in the order of their bytes
 */
public record FileDigest(String digest, long sizeBytes, List<TensorDigest> tensors) {
    public FileDigest {
        tensors = List.copyOf(tensors);
    }

    /**
     * One tensor and its content.
     *
     * @param tensor description and place in the file
     * @param digest SHA-256 of the tensor's raw bytes, 64 hexadecimal digits
     */
    public record TensorDigest(TensorInfo tensor, String digest) {}
}
