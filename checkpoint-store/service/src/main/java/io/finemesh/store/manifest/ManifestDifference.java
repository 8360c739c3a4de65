package io.finemesh.store.manifest;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TensorEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a checkpoint changed. It follows from the two manifests alone, so it is the same whenever it is asked for.
 *
 * @param changedTensors names of tensors whose bytes differ from the parent's, sorted
 * @param newBytes bytes of the objects that the parent does not refer to
 */
public record ManifestDifference(List<String> changedTensors, long newBytes) {
    public ManifestDifference {
        changedTensors = List.copyOf(changedTensors);
    }

    /** Compares a checkpoint with its parent. */
    public static ManifestDifference between(Manifest parent, Manifest child) {
        Map<String, String> before = new HashMap<>();
        parent.tensors().forEach(tensor -> before.put(tensor.name(), tensor.tensorDigest()));
        List<String> changed = child.tensors().stream()
                .filter(tensor -> !tensor.tensorDigest().equals(before.get(tensor.name())))
                .map(TensorEntry::name)
                .sorted()
                .toList();
        Set<String> known = new HashSet<>();
        parent.blobs().forEach(blob -> known.add(blob.digest()));
        long newBytes = child.blobs().stream()
                .filter(blob -> !known.contains(blob.digest()))
                .mapToLong(BlobReference::sizeBytes)
                .sum();
        return new ManifestDifference(changed, newBytes);
    }

    /** A checkpoint without a parent changes everything. */
    public static ManifestDifference ofRoot(Manifest root) {
        return new ManifestDifference(
                root.tensors().stream().map(TensorEntry::name).sorted().toList(),
                root.blobs().stream().mapToLong(BlobReference::sizeBytes).sum());
    }
}
