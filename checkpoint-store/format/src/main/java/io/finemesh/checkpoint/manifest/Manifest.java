package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.checkpoint.model.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A checkpoint: which blobs hold its files, weights and training state. It holds no time, no host and no attempt number, so the
 * same content gives the same bytes and the same id whoever writes it and however often. Lists are kept sorted.
 *
 * @param format version of this document; {@value #FORMAT}
 * @param parent id of the checkpoint this one was trained from; empty for an import
 * @param trainedBy the segment that made it; empty for an import
 * @param weightsDigest digest of the weights alone; equal weights in different runs have equal ones
 * @param files files kept with the weights, sorted by name
 * @param weightBlobs the safetensors blobs, sorted by digest; each holds at least one of {@code tensors}
 * @param tensors every tensor of the model, sorted by the UTF-8 bytes of its name
 * @param trainingState what resuming needs; empty for an import
 * @param ledger the step ledger of the segment (JSON lines)
 */
public record Manifest(
        int format,
        Optional<String> parent,
        Optional<TrainedBy> trainedBy,
        String weightsDigest,
        List<FileEntry> files,
        List<BlobReference> weightBlobs,
        List<TensorEntry> tensors,
        Optional<TrainingStateEntry> trainingState,
        Optional<BlobReference> ledger) {

    /** The version this code writes and reads. */
    public static final int FORMAT = 1;

    private static final String ID_PREFIX = "ck-";
    private static final int ID_DIGITS = 32;

    /** @throws ManifestException listing every inconsistency */
    public Manifest {
        files = sorted(files, Comparator.comparing(FileEntry::name, JsonText::compareUtf8));
        weightBlobs = sorted(weightBlobs, Comparator.comparing(BlobReference::digest));
        tensors = sorted(tensors, Comparator.comparing(TensorEntry::name, JsonText::compareUtf8));
        List<Problem> problems =
                ManifestRules.check(format, parent, trainedBy, weightsDigest, files, weightBlobs, tensors);
        if (!problems.isEmpty()) {
            throw new ManifestException(problems);
        }
    }

    private static <T> List<T> sorted(List<T> items, Comparator<T> order) {
        return items.stream().sorted(order).toList();
    }

    /**
     * The first checkpoint of a model.
     *
     * @param files files kept with the weights
     * @param weights the blobs of all parameter groups
     * @throws ManifestException listing every inconsistency, such as a tensor that two blobs hold
     */
    public static Manifest imported(List<FileEntry> files, List<StagedBlob> weights) {
        List<TensorEntry> tensors =
                weights.stream().flatMap(staged -> staged.tensors().stream()).toList();
        List<BlobReference> blobs =
                weights.stream().map(StagedBlob::blob).distinct().toList();
        return new Manifest(
                FORMAT,
                Optional.empty(),
                Optional.empty(),
                WeightsDigest.of(tensors),
                files,
                blobs,
                tensors,
                Optional.empty(),
                Optional.empty());
    }

    /**
     * The checkpoint after a segment. Staged tensors replace this checkpoint's tensors of the same name; all others, and the
     * files, are carried over; blobs that no tensor needs any more are left out.
     *
     * @param trainedBy the segment
     * @param replaced the blobs it uploaded; may be empty when it changed no weight
     * @param trainingState what resuming after it needs
     * @param ledger its step ledger
     * @throws ManifestException listing each staged tensor that is unknown, staged twice, or of another shape or dtype
     */
    public Manifest child(
            TrainedBy trainedBy,
            List<StagedBlob> replaced,
            Optional<TrainingStateEntry> trainingState,
            Optional<BlobReference> ledger) {
        Map<String, TensorEntry> current = new LinkedHashMap<>();
        tensors.forEach(tensor -> current.put(tensor.name(), tensor));
        List<Problem> problems = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Map<String, BlobReference> blobs = new HashMap<>();
        weightBlobs.forEach(blob -> blobs.put(blob.digest(), blob));
        for (StagedBlob staged : replaced) {
            BlobReference known = blobs.put(staged.blob().digest(), staged.blob());
            if (known != null && !known.equals(staged.blob())) {
                problems.add(new Problem(
                        "blob " + known.digest(), staged.blob().sizeBytes() + " bytes", known.sizeBytes() + " bytes"));
            }
            for (TensorEntry tensor : staged.tensors()) {
                ManifestRules.checkReplacement(current.get(tensor.name()), tensor, problems);
                if (!seen.add(tensor.name())) {
                    problems.add(new Problem(tensor.name(), "a tensor staged twice", "each tensor in one blob"));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new ManifestException(problems);
        }
        replaced.forEach(staged -> staged.tensors().forEach(tensor -> current.put(tensor.name(), tensor)));
        List<TensorEntry> result = List.copyOf(current.values());
        List<BlobReference> needed = result.stream()
                .map(TensorEntry::blobDigest)
                .distinct()
                .map(blobs::get)
                .toList();
        return new Manifest(
                FORMAT,
                Optional.of(checkpointId()),
                Optional.of(trainedBy),
                WeightsDigest.of(result),
                files,
                needed,
                result,
                trainingState,
                ledger);
    }

    /** The document: see {@link ManifestWriter}. */
    public byte[] canonicalJson() {
        return ManifestWriter.bytes(this);
    }

    /**
     * Reads a document.
     *
     * @throws ManifestException if the bytes are not exactly the canonical form of a consistent manifest
     */
    public static Manifest parse(byte[] json) {
        return ManifestReader.read(json);
    }

    /** {@code ck-} and the first 32 hexadecimal digits of the SHA-256 of {@link #canonicalJson}. */
    public String checkpointId() {
        return checkpointId(canonicalJson());
    }

    /** The id of a manifest in its canonical form. */
    public static String checkpointId(byte[] canonicalJson) {
        return ID_PREFIX + Sha256.of(canonicalJson).substring(0, ID_DIGITS);
    }

    /** Whether a text is spelled as a checkpoint id. */
    public static boolean isCheckpointId(String text) {
        return text.matches(ID_PREFIX + "[0-9a-f]{" + ID_DIGITS + "}");
    }

    /** The tensor of this name. */
    public Optional<TensorEntry> find(String name) {
        return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
    }

    /** The file of this name. */
    public Optional<FileEntry> file(String name) {
        return files.stream().filter(file -> file.name().equals(name)).findFirst();
    }

    /** Every blob the checkpoint needs, each once: files, weights, training state, ledger. */
    public List<BlobReference> blobs() {
        Map<String, BlobReference> all = new LinkedHashMap<>();
        files.forEach(file -> all.put(file.blob().digest(), file.blob()));
        weightBlobs.forEach(blob -> all.put(blob.digest(), blob));
        trainingState.ifPresent(state -> state.stateBlobs().forEach(blob -> all.put(blob.digest(), blob)));
        ledger.ifPresent(blob -> all.put(blob.digest(), blob));
        return List.copyOf(all.values());
    }
}
