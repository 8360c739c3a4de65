package io.finemesh.store.manifest;

import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Describes committed checkpoints. */
public final class CheckpointCatalogue {
    private static final String CONFIGURATION_FILE = "config.json";
    private static final long MOST_CONFIGURATION_BYTES = 16L * 1024 * 1024;

    private final ManifestStore manifests;
    private final BlobStore blobs;

    public CheckpointCatalogue(ManifestStore manifests, BlobStore blobs) {
        this.manifests = manifests;
        this.blobs = blobs;
    }

    /**
     * The id a caller wrote.
     *
     * @throws RefusalException if it is not spelled as one
     */
    public static CheckpointId parse(String text) {
        if (text == null || !Manifest.isCheckpointId(text)) {
            throw new RefusalException(
                    Kind.MALFORMED,
                    "'" + Names.shown(String.valueOf(text))
                            + "' is not a checkpoint id; allowed: ck- and 32 hexadecimal digits");
        }
        return new CheckpointId(text);
    }

    /**
     * The manifest of a checkpoint.
     *
     * @throws RefusalException if there is no such checkpoint
     */
    public Manifest manifest(CheckpointId id) {
        return manifests.find(id).orElseThrow(() -> unknown(id));
    }

    /**
     * The manifest's bytes, verbatim.
     *
     * @throws RefusalException if there is no such checkpoint
     */
    public byte[] manifestBytes(CheckpointId id) {
        return manifests.bytes(id).orElseThrow(() -> unknown(id));
    }

    /**
     * What a checkpoint is.
     *
     * @throws RefusalException if there is no such checkpoint
     */
    public CheckpointDescriptor describe(CheckpointId id) {
        Manifest manifest = manifest(id);
        Optional<CheckpointId> parent = manifest.parent().map(CheckpointId::new);
        ManifestDifference difference = parent.map(base -> ManifestDifference.between(manifest(base), manifest))
                .orElseGet(() -> ManifestDifference.ofRoot(manifest));
        return new CheckpointDescriptor(
                id,
                parent,
                manifest.trainedBy().map(by -> new RunId(by.runId())),
                manifest.trainedBy()
                        .map(by -> OptionalInt.of(by.segmentIndex()))
                        .orElse(OptionalInt.empty()),
                manifest.trainedBy().map(by -> OptionalLong.of(by.lastStep())).orElse(OptionalLong.empty()),
                manifest.weightsDigest(),
                parameterCount(manifest),
                weightBytes(manifest),
                configurationJson(id, manifest),
                Optional.of(hasChatTemplate(manifest)),
                difference.changedTensors());
    }

    /**
     * The checkpoint that the run which made this one began with; the checkpoint itself where no run did.
     *
     * @throws RefusalException if there is no such checkpoint
     */
    public CheckpointId baseOfRun(CheckpointId id) {
        CheckpointId base = id;
        Manifest manifest = manifest(id);
        Optional<String> run = manifest.trainedBy().map(TrainedBy::runId);
        while (run.isPresent()
                && manifest.parent().isPresent()
                && manifest.trainedBy().map(TrainedBy::runId).equals(run)) {
            base = new CheckpointId(manifest.parent().get());
            manifest = manifest(base);
        }
        return base;
    }

    /** Numbers in all tensors; a tied head is stored, and counted, once. */
    public static long parameterCount(Manifest manifest) {
        return manifest.tensors().stream()
                .mapToLong(tensor -> TensorInfo.elementCount(tensor.shape()))
                .reduce(0, Math::addExact);
    }

    /** Bytes of all tensors. */
    public static long weightBytes(Manifest manifest) {
        return manifest.tensors().stream().mapToLong(TensorEntry::byteCount).reduce(0, Math::addExact);
    }

    /** The model's config.json, verbatim. */
    public String configurationJson(CheckpointId id, Manifest manifest) {
        FileEntry file = manifest.file(CONFIGURATION_FILE)
                .orElseThrow(() -> new DamagedManifestException(id, "it has no " + CONFIGURATION_FILE, null));
        return new String(
                blobs.read(BlobStore.inContract(file.blob()), MOST_CONFIGURATION_BYTES), StandardCharsets.UTF_8);
    }

    /** Whether the model has a chat template of its own; whether it can be rendered shows when it is. */
    public boolean hasChatTemplate(Manifest manifest) {
        return manifest.file("chat_template.jinja").isPresent()
                || manifest.file("tokenizer_config.json")
                        .map(file ->
                                namesTemplate(blobs.read(BlobStore.inContract(file.blob()), MOST_CONFIGURATION_BYTES)))
                        .orElse(false);
    }

    private static boolean namesTemplate(byte[] tokenizerConfiguration) {
        try {
            return StrictJson.object(tokenizerConfiguration).hasNonNull("chat_template");
        } catch (JsonException malformed) {
            return false;
        }
    }

    private static RefusalException unknown(CheckpointId id) {
        return new RefusalException(Kind.UNKNOWN, "there is no checkpoint " + id);
    }
}
