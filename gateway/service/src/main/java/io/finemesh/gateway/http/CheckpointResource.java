package io.finemesh.gateway.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.gateway.answer.CheckpointAnswer;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.store.ArtifactStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Committed checkpoints: look at and take away. */
@Path("/v1/checkpoints/{id}")
@Tag(name = "checkpoints", description = "Committed checkpoints")
@RunOnVirtualThread
public class CheckpointResource {
    private static final String TAR = "application/x-tar";

    private final ArtifactStore store;
    private final Board board;
    private final ObjectMapper mapper;

    /** Wires what the resource asks. */
    public CheckpointResource(ArtifactStore store, Board board, ObjectMapper mapper) {
        this.store = store;
        this.board = board;
        this.mapper = mapper;
    }

    /** Tells of one checkpoint. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "getCheckpoint", summary = "A checkpoint, what changed in it, and its evaluations")
    @APIResponse(responseCode = "404", description = "There is no such checkpoint", ref = "Problem")
    public CheckpointAnswer get(@PathParam("id") String id) {
        CheckpointId checkpoint = Parameters.checkpoint(id);
        CheckpointDescriptor found = store.checkpoint(checkpoint).orElseThrow(() -> unknown(checkpoint));
        return CheckpointAnswer.of(
                found,
                JsonMapping.parsed(mapper, found.configurationJson()),
                board.read(mesh -> mesh.evaluationsOf(checkpoint)));
    }

    /** Streams a checkpoint out. */
    @GET
    @Path("/export")
    @Produces({TAR, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "exportCheckpoint",
            summary = "A checkpoint as a Hugging Face directory",
            description =
                    "A tar with config.json, tokenizer files and safetensors weights, as transformers loads them.")
    @APIResponse(
            responseCode = "200",
            description = "The tar",
            content = @Content(mediaType = TAR, schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "404", description = "There is no such checkpoint", ref = "Problem")
    public Response export(
            @PathParam("id") String id,
            @Parameter(description = "Instead the adapters of a run with lora, as PEFT loads them")
                    @QueryParam("adapter")
                    boolean adapter) {
        CheckpointId checkpoint = Parameters.checkpoint(id);
        InputStream tar = (adapter ? store.exportAdapter(checkpoint) : store.export(checkpoint))
                .orElseThrow(() -> unknown(checkpoint));
        StreamingOutput passing = output -> {
            try (tar) {
                tar.transferTo(output);
            }
        };
        return Response.ok(passing, TAR)
                .header("Content-Disposition", "attachment; filename=\"" + checkpoint + ".tar\"")
                .build();
    }

    private static ProblemException unknown(CheckpointId checkpoint) {
        return ProblemException.unknown(
                ProblemType.UNKNOWN_CHECKPOINT, "there is no checkpoint " + checkpoint, List.of());
    }
}
