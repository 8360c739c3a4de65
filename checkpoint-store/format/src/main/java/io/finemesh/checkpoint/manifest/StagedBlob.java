package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.safetensors.FileDigest;
import java.util.List;

/**
 * A weights blob with what is in it, before it belongs to a checkpoint.
 *
 * @param blob the safetensors file
 * @param tensors its tensors
 */
public record StagedBlob(BlobReference blob, List<TensorEntry> tensors) {
    public StagedBlob {
        tensors = List.copyOf(tensors);
        for (TensorEntry tensor : tensors) {
            if (!tensor.blobDigest().equals(blob.digest())) {
                throw new IllegalArgumentException("tensor '" + tensor.name() + "' names blob " + tensor.blobDigest()
                        + " but is staged in " + blob.digest());
            }
        }
    }

    /** From what the writer or the verifier found in one pass. */
    public static StagedBlob of(FileDigest file) {
        return new StagedBlob(
                new BlobReference(file.digest(), file.sizeBytes()),
                file.tensors().stream()
                        .map(found -> new TensorEntry(
                                found.tensor().name(),
                                found.tensor().dtype(),
                                found.tensor().shape(),
                                found.digest(),
                                file.digest()))
                        .toList());
    }
}
