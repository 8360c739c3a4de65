package io.finemesh.gateway.answer;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.gateway.view.EvaluationView;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A committed checkpoint.
 *
 * @param id identity
 * @param parent checkpoint it is a delta on
 * @param runId run that made it
 * @param segment segment that made it
 * @param lastStep 0-based last optimizer step in it
 * @param weightsDigest digest of the weights; equal weights have equal digests
 * @param parameterCount number of parameters
 * @param weightBytes bytes of all tensors as stored
 * @param configuration its config.json
 * @param changedTensors names of tensors that differ from the parent's; all of them for a root
 * @param evaluations every evaluation of it
 * @param links where to go on
 */
@Schema(name = "Checkpoint", description = "A committed checkpoint")
public record CheckpointAnswer(
        String id,
        Optional<String> parent,
        Optional<String> runId,
        OptionalInt segment,
        OptionalLong lastStep,
        String weightsDigest,
        long parameterCount,
        long weightBytes,

        @Schema(description = "config.json", implementation = Object.class)
        Optional<JsonNode> configuration,

        List<String> changedTensors,
        List<EvaluationAnswer> evaluations,
        Links links) {
    /** A checkpoint as users see it. */
    public static CheckpointAnswer of(
            CheckpointDescriptor checkpoint, Optional<JsonNode> configuration, List<EvaluationView> evaluations) {
        String self = "/v1/checkpoints/" + checkpoint.checkpoint();
        return new CheckpointAnswer(
                checkpoint.checkpoint().value(),
                checkpoint.parent().map(CheckpointId::value),
                checkpoint.runId().map(RunId::value),
                checkpoint.segmentIndex(),
                checkpoint.lastStep(),
                checkpoint.weightsDigest(),
                checkpoint.parameterCount(),
                checkpoint.weightBytes(),
                configuration,
                checkpoint.changedTensors(),
                evaluations.stream().map(EvaluationAnswer::of).toList(),
                new Links(self, self + "/export", checkpoint.runId().map(run -> "/v1/runs/" + run)));
    }

    /** Where to go on from a checkpoint. */
    @Schema(name = "CheckpointLinks", description = "Where to go on from a checkpoint")
    public record Links(String self, String export, Optional<String> run) {}
}
