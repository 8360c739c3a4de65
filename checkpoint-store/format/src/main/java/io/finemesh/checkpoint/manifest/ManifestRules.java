package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.model.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What holds between the parts of one manifest, and between a manifest and its child. */
final class ManifestRules {
    private ManifestRules() {}

    static List<Problem> check(
            int format,
            Optional<String> parent,
            Optional<TrainedBy> trainedBy,
            String weightsDigest,
            List<FileEntry> files,
            List<BlobReference> weightBlobs,
            List<TensorEntry> tensors) {
        List<Problem> problems = new ArrayList<>();
        if (format != Manifest.FORMAT) {
            problems.add(new Problem("format", String.valueOf(format), String.valueOf(Manifest.FORMAT)));
        }
        parent.filter(id -> !Manifest.isCheckpointId(id))
                .ifPresent(id -> problems.add(new Problem("parent", "'" + id + "'", "ck- and 32 hexadecimal digits")));
        if (parent.isPresent() != trainedBy.isPresent()) {
            problems.add(new Problem(
                    "trainedBy",
                    trainedBy.isPresent() ? "a segment without a parent" : "a parent without a segment",
                    "both, or neither for an import"));
        }
        requireDistinct("files", files.stream().map(FileEntry::name).toList(), problems);
        requireDistinct("tensors", tensors.stream().map(TensorEntry::name).toList(), problems);
        requireDistinct(
                "weightBlobs", weightBlobs.stream().map(BlobReference::digest).toList(), problems);
        checkReferences(weightBlobs, tensors, problems);
        if (problems.isEmpty()) {
            String expected = WeightsDigest.of(tensors);
            if (!expected.equals(weightsDigest)) {
                problems.add(new Problem("weightsDigest", weightsDigest, expected));
            }
        }
        return problems;
    }

    private static void checkReferences(
            List<BlobReference> weightBlobs, List<TensorEntry> tensors, List<Problem> problems) {
        if (tensors.isEmpty()) {
            problems.add(new Problem("tensors", "none", "at least one"));
        }
        Set<String> listed = new HashSet<>();
        weightBlobs.forEach(blob -> listed.add(blob.digest()));
        Set<String> used = new HashSet<>();
        for (TensorEntry tensor : tensors) {
            used.add(tensor.blobDigest());
            if (!listed.contains(tensor.blobDigest())) {
                problems.add(new Problem(
                        "tensors." + tensor.name(), "the blob " + tensor.blobDigest(), "a blob of weightBlobs"));
            }
        }
        for (BlobReference blob : weightBlobs) {
            if (!used.contains(blob.digest())) {
                problems.add(
                        new Problem("weightBlobs", blob.digest(), "only blobs that hold a tensor of this checkpoint"));
            }
        }
    }

    private static void requireDistinct(String list, List<String> keys, List<Problem> problems) {
        Set<String> seen = new HashSet<>();
        for (String key : keys) {
            if (!seen.add(key)) {
                problems.add(new Problem(list, "'" + key + "' twice", "each once"));
            }
        }
    }

    /** A tensor keeps its shape and dtype through training, so anything else is another model's, or damage. */
    static void checkReplacement(TensorEntry parent, TensorEntry staged, List<Problem> problems) {
        if (parent == null) {
            problems.add(new Problem(staged.name(), "a staged tensor", "only tensors that the parent has"));
            return;
        }
        if (!parent.shape().equals(staged.shape())) {
            problems.add(new Problem(staged.name(), "shape " + staged.shape(), "shape " + parent.shape()));
        }
        if (parent.dtype() != staged.dtype()) {
            problems.add(new Problem(staged.name(), "dtype " + staged.dtype(), "dtype " + parent.dtype()));
        }
    }
}
