package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.store.BlobReference;
import java.util.List;

/**
 * Every object of the result is uploaded; the store verifies and commits. A duplicate commits nothing new.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch under which this was said
 * @param trainer who says it
 * @param checkpoint identity the trainer computed; the store must find the same
 * @param base parent checkpoint
 * @param lastStep 0-based last optimizer step
 * @param weightBlobs staged safetensors objects, one a parameter group
 * @param cursorJson training state as canonical JSON
 * @param stateBlobs staged optimizer state, safetensors
 * @param ledger staged step ledger of this segment, one JSON object a line
 */
public record SegmentEnded(
        RunId runId,
        int segmentIndex,
        long epoch,
        TrainerId trainer,
        CheckpointId checkpoint,
        CheckpointId base,
        long lastStep,
        List<BlobReference> weightBlobs,
        String cursorJson,
        List<BlobReference> stateBlobs,
        BlobReference ledger)
        implements TrainingEvent {
    public SegmentEnded {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(base, "base is null");
        weightBlobs = List.copyOf(weightBlobs);
        requireNonNull(cursorJson, "cursorJson is null");
        stateBlobs = List.copyOf(stateBlobs);
        requireNonNull(ledger, "ledger is null");
    }
}
