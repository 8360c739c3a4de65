package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.json.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The canonical JSON of a manifest ({@link CanonicalJson}); absent parts are left out, never null. */
final class ManifestWriter {
    static final String FORMAT = "format";
    static final String PARENT = "parent";
    static final String TRAINED_BY = "trainedBy";
    static final String RUN_ID = "runId";
    static final String SEGMENT_INDEX = "segmentIndex";
    static final String LAST_STEP = "lastStep";
    static final String WEIGHTS_DIGEST = "weightsDigest";
    static final String FILES = "files";
    static final String NAME = "name";
    static final String BLOB = "blob";
    static final String DIGEST = "digest";
    static final String SIZE_BYTES = "sizeBytes";
    static final String WEIGHT_BLOBS = "weightBlobs";
    static final String TENSORS = "tensors";
    static final String DTYPE = "dtype";
    static final String SHAPE = "shape";
    static final String TRAINING_STATE = "trainingState";
    static final String CURSOR = "cursor";
    static final String STATE_BLOBS = "stateBlobs";
    static final String LEDGER = "ledger";

    private ManifestWriter() {}

    static byte[] bytes(Manifest manifest) {
        Map<String, Object> root = new TreeMap<>();
        root.put(FORMAT, manifest.format());
        manifest.parent().ifPresent(parent -> root.put(PARENT, parent));
        manifest.trainedBy()
                .ifPresent(by -> root.put(
                        TRAINED_BY,
                        Map.of(RUN_ID, by.runId(), SEGMENT_INDEX, by.segmentIndex(), LAST_STEP, by.lastStep())));
        root.put(WEIGHTS_DIGEST, manifest.weightsDigest());
        root.put(
                FILES,
                manifest.files().stream()
                        .map(file -> Map.of(NAME, file.name(), BLOB, tree(file.blob())))
                        .toList());
        root.put(WEIGHT_BLOBS, trees(manifest.weightBlobs()));
        root.put(TENSORS, manifest.tensors().stream().map(ManifestWriter::tree).toList());
        manifest.trainingState()
                .ifPresent(state -> root.put(
                        TRAINING_STATE, Map.of(CURSOR, state.cursorJson(), STATE_BLOBS, trees(state.stateBlobs()))));
        manifest.ledger().ifPresent(blob -> root.put(LEDGER, tree(blob)));
        return CanonicalJson.bytes(root);
    }

    private static Map<String, Object> tree(TensorEntry tensor) {
        return Map.of(
                NAME, tensor.name(),
                DTYPE, tensor.dtype().name(),
                SHAPE, tensor.shape(),
                DIGEST, tensor.tensorDigest(),
                BLOB, tensor.blobDigest());
    }

    private static Map<String, Object> tree(BlobReference blob) {
        return Map.of(DIGEST, blob.digest(), SIZE_BYTES, blob.sizeBytes());
    }

    private static List<Map<String, Object>> trees(List<BlobReference> blobs) {
        return blobs.stream().map(ManifestWriter::tree).toList();
    }
}
