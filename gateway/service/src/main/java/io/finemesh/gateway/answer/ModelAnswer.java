package io.finemesh.gateway.answer;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.contract.store.ModelDescriptor;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A model by name.
 *
 * @param name its name
 * @param checkpoint what the name stands for now
 * @param parameterCount number of parameters
 * @param weightBytes bytes of all tensors as stored
 * @param weightsDigest digest of the weights
 * @param configuration its config.json; left out in lists
 * @param links where to go on
 */
@Schema(name = "Model", description = "A model by name")
public record ModelAnswer(
        String name,
        String checkpoint,
        long parameterCount,
        long weightBytes,
        String weightsDigest,

        @Schema(description = "config.json; left out in lists", implementation = Object.class)
        Optional<JsonNode> configuration,

        Links links) {
    /** A model as users see it. */
    public static ModelAnswer of(ModelDescriptor model, Optional<JsonNode> configuration) {
        String checkpoint = "/v1/checkpoints/" + model.checkpoint();
        return new ModelAnswer(
                model.name(),
                model.checkpoint().value(),
                model.parameterCount(),
                model.weightBytes(),
                model.weightsDigest(),
                configuration,
                new Links("/v1/models/" + model.name(), checkpoint, checkpoint + "/export"));
    }

    /** Where to go on from a model. */
    @Schema(name = "ModelLinks", description = "Where to go on from a model")
    public record Links(String self, String checkpoint, String export) {}
}
