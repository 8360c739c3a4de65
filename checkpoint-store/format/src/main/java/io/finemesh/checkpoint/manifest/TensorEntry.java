package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import java.util.List;

/**
 * One tensor of a checkpoint.
 *
 * @param name as in the weight file
 * @param dtype element type
 * @param shape extents, slowest first
 * @param tensorDigest SHA-256 of the raw bytes (little endian, C order)
 * @param blobDigest the blob that holds it
 */
public record TensorEntry(String name, Dtype dtype, List<Long> shape, String tensorDigest, String blobDigest) {
    public TensorEntry {
        shape = List.copyOf(shape);
        // A name with control characters could forge a line of the weights digest.
        if (name.isEmpty() || name.chars().anyMatch(c -> c < ' ') || !JsonText.isUnicode(name)) {
            throw new IllegalArgumentException(
                    "'" + name.replaceAll("\\p{Cntrl}", "?") + "' is not a tensor name; expected printable text");
        }
        if (!Sha256.isDigest(tensorDigest) || !Sha256.isDigest(blobDigest)) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "': digests must be 64 lower-case hexadecimal digits");
        }
        byteCount(name, dtype, shape);
    }

    /** Bytes of the tensor. */
    public long byteCount() {
        return byteCount(name, dtype, shape);
    }

    private static long byteCount(String name, Dtype dtype, List<Long> shape) {
        try {
            return TensorInfo.byteCount(dtype, shape);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "': " + dtype + " " + shape + " is impossibly large");
        } catch (IllegalArgumentException impossible) {
            throw new IllegalArgumentException("tensor '" + name + "': " + impossible.getMessage());
        }
    }
}
