package io.finemesh.trainer.result;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.StoredBlob;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.StagedBlob;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.checkpoint.manifest.TrainingStateEntry;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.FileDigest;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.engine.train.SegmentOutcome;
import io.finemesh.engine.train.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the outcome of a segment to the local cache and computes the identity of the checkpoint it makes. Everything that goes into
 * the identity is determined by the segment, so whoever executes it gets the same.
 */
public final class ResultWriter {
    private final BlobCache cache;

    public ResultWriter(BlobCache cache) {
        this.cache = cache;
    }

    /**
     * Writes one weights blob a trained parameter group, the optimizer state if there is any, and the step ledger.
     *
     * @param work the segment
     * @param base manifest of the checkpoint it started from
     * @param structure of the model
     * @param outcome all steps done
     */
    public TrainedSegment write(SegmentWork work, Manifest base, ModelStructure structure, SegmentOutcome outcome)
            throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        List<StagedBlob> weights = new ArrayList<>();
        for (ParameterGroup group : structure.groups()) {
            List<TensorData> tensors = outcome.changed().get(group);
            if (tensors != null) {
                weights.add(StagedBlob.of(safetensors(tensors, GroupBlob.METADATA, files)));
            }
        }
        List<BlobReference> state = new ArrayList<>();
        if (!outcome.state().tensors().isEmpty()) {
            FileDigest written = safetensors(outcome.state().tensors(), Map.of(), files);
            state.add(new BlobReference(written.digest(), written.sizeBytes()));
        }
        StoredBlob ledger = cache.put(StepLedger.bytes(outcome.steps()));
        files.put(ledger.digest(), ledger.path());
        BlobReference ledgerBlob = new BlobReference(ledger.digest(), ledger.sizeBytes());
        StepReport last = outcome.steps().getLast();
        String cursorJson = outcome.state().cursorJson();
        Manifest manifest = base.child(
                new TrainedBy(work.runId().value(), work.segment().index(), last.step()),
                weights,
                Optional.of(new TrainingStateEntry(cursorJson, state)),
                Optional.of(ledgerBlob));
        return new TrainedSegment(
                new CheckpointId(manifest.checkpointId()),
                work.base(),
                manifest,
                last.step(),
                last.loss(),
                SegmentTrained.meanGradientNorm(outcome.steps().stream()
                        .filter(step -> !step.skipped())
                        .map(StepReport::gradientNorm)
                        .toList()),
                weights.stream().map(StagedBlob::blob).toList(),
                cursorJson,
                state,
                ledgerBlob,
                files,
                cache.pin(files.keySet()));
    }

    private FileDigest safetensors(List<TensorData> tensors, Map<String, String> metadata, Map<String, Path> files)
            throws IOException {
        List<FileDigest> digests = new ArrayList<>(1);
        StoredBlob stored = cache.put(
                SafetensorsWriter.byteSize(tensors, metadata),
                out -> digests.add(SafetensorsWriter.writeDigesting(out, tensors, metadata)));
        files.put(stored.digest(), stored.path());
        return digests.getFirst();
    }
}
