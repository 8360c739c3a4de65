package io.finemesh.trainer.result;

import io.finemesh.checkpoint.cache.BlobPins;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The result of a segment, written to the local cache and not yet uploaded.
 *
 * @param checkpoint identity it will have once committed
 * @param base checkpoint it is a delta on
 * @param manifest what the store will write
 * @param lastStep 0-based last optimizer step
 * @param lastLoss loss of that step
 * @param gradientNorm mean gradient norm of the steps; absent where every one was skipped
 * @param weightBlobs the blobs of the parameter groups that were trained, in model order
 * @param cursorJson training state as canonical JSON
 * @param stateBlobs optimizer state
 * @param ledger steps of the segment
 * @param files where every one of these blobs is, by digest, in the order in which they are uploaded
 * @param pins keep these files in the cache until closed
 */
public record TrainedSegment(
        CheckpointId checkpoint,
        CheckpointId base,
        Manifest manifest,
        long lastStep,
        double lastLoss,
        OptionalDouble gradientNorm,
        List<BlobReference> weightBlobs,
        String cursorJson,
        List<BlobReference> stateBlobs,
        BlobReference ledger,
        Map<String, Path> files,
        BlobPins pins) {
    public TrainedSegment {
        weightBlobs = List.copyOf(weightBlobs);
        stateBlobs = List.copyOf(stateBlobs);
        files = new LinkedHashMap<>(files);
    }

    /** Every blob of the result, each once. */
    public List<BlobReference> blobs() {
        Map<String, BlobReference> blobs = new LinkedHashMap<>();
        weightBlobs.forEach(blob -> blobs.put(blob.digest(), blob));
        stateBlobs.forEach(blob -> blobs.put(blob.digest(), blob));
        blobs.put(ledger.digest(), ledger);
        return List.copyOf(blobs.values());
    }

    /** Bytes of all blobs. */
    public long sizeBytes() {
        return blobs().stream().mapToLong(BlobReference::sizeBytes).sum();
    }
}
