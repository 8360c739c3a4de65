package io.finemesh.gateway.http;

import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.gateway.admission.ImportReader;
import io.finemesh.gateway.admission.NearestName;
import io.finemesh.gateway.answer.EvaluationAnswer;
import io.finemesh.gateway.answer.EvaluationList;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.store.ArtifactStore;
import io.finemesh.gateway.submission.EvaluationSubmission;
import io.finemesh.gateway.view.EvaluationView;
import io.finemesh.gateway.view.MeshView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Evaluations: ask for one, watch it, read its records, take it back. */
@Path("/v1/evaluations")
@Tag(name = "evaluations", description = "Scores of checkpoints: ask, watch, read the records, take back")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class EvaluationResource {
    private static final String LINES = "application/x-ndjson";
    private static final int MOST_LISTED = 1_000;

    private final EvaluationSubmission submission;
    private final ArtifactStore store;
    private final Board board;
    private final GatewayConfig config;

    /** Wires what the resource asks. */
    public EvaluationResource(EvaluationSubmission submission, ArtifactStore store, Board board, GatewayConfig config) {
        this.submission = submission;
        this.store = store;
        this.board = board;
        this.config = config;
    }

    /** Asks for an evaluation written in YAML. */
    @POST
    @Consumes({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
    @Operation(
            operationId = "requestEvaluation",
            summary = "Evaluate a checkpoint",
            description =
                    "Takes checkpoint, dataset and tasks in YAML or JSON. What was answered before for the same weights and prompts is not computed again.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = "application/yaml",
                        schema =
                                @Schema(
                                        examples =
                                                "checkpoint: my-model\ndataset: gsm8k-test\ntasks:\n  - task: gsm8k\n    examples: gsm8k-train")),
                @Content(mediaType = "application/json")
            })
    @APIResponse(
            responseCode = "202",
            description = "The evaluation is asked for; Location says where",
            content = @Content(schema = @Schema(implementation = EvaluationAnswer.class)))
    @APIResponse(responseCode = "422", description = "Fields are wrong", ref = "Problem")
    @APIResponse(responseCode = "503", description = "Store or broker do not answer", ref = "Problem")
    public Response requestYaml(
            @Parameter(hidden = true) InputStream body,
            @HeaderParam("Idempotency-Key") String idempotencyKey,
            @Parameter(hidden = true) @HeaderParam("traceparent") String traceparent) {
        return request(body, Syntax.YAML, idempotencyKey, traceparent);
    }

    /** Asks for an evaluation written in JSON. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Response requestJson(
            InputStream body,
            @HeaderParam("Idempotency-Key") String idempotencyKey,
            @HeaderParam("traceparent") String traceparent) {
        return request(body, Syntax.JSON, idempotencyKey, traceparent);
    }

    private Response request(InputStream body, Syntax syntax, String idempotencyKey, String traceparent) {
        Optional<String> key = Parameters.idempotencyKey(idempotencyKey);
        EvaluationId id = submission.submit(
                Bodies.document(body, syntax, config.submission().maxBytes().asLongValue()),
                key,
                Optional.ofNullable(traceparent));
        return Response.accepted(read(id, EvaluationAnswer::of))
                .location(URI.create("/v1/evaluations/" + id))
                .build();
    }

    /** Lists evaluations. */
    @GET
    @Operation(operationId = "listEvaluations", summary = "Evaluations, newest first; of one checkpoint if it is named")
    public EvaluationList list(@QueryParam("checkpoint") String checkpoint) {
        Optional<CheckpointId> wanted = Optional.ofNullable(checkpoint).map(Parameters::checkpoint);
        List<EvaluationAnswer> all = new ArrayList<>(board.read(mesh -> mesh.evaluations().stream()
                .filter(evaluation -> wanted.isEmpty() || wanted.get().equals(evaluation.checkpoint()))
                .map(EvaluationAnswer::of)
                .toList()));
        return new EvaluationList(all.reversed().stream().limit(MOST_LISTED).toList());
    }

    /** Tells of one evaluation. */
    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getEvaluation",
            summary = "How far an evaluation is, its scores, and where its records are")
    @APIResponse(responseCode = "404", description = "There is no such evaluation", ref = "Problem")
    public EvaluationAnswer get(@PathParam("id") String id) {
        return read(evaluation(id), EvaluationAnswer::of);
    }

    /** Takes an evaluation back. */
    @POST
    @Path("/{id}/cancel")
    @Operation(
            operationId = "cancelEvaluation",
            summary = "Take an evaluation back",
            description = "Answers that are there stay and are used by the next one that asks the same.")
    @APIResponse(responseCode = "202", description = "The evaluators are told")
    @APIResponse(responseCode = "404", description = "There is no such evaluation", ref = "Problem")
    @APIResponse(responseCode = "409", description = "The evaluation has ended", ref = "Problem")
    public Response cancel(
            @PathParam("id") String id,
            @Parameter(hidden = true) InputStream body,
            @Parameter(hidden = true) @HeaderParam("traceparent") String traceparent) {
        ImportReader.Cancellation asked = ImportReader.cancellation(Bodies.document(
                body, Syntax.JSON, config.submission().maxBytes().asLongValue()));
        if (!asked.problems().isEmpty()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    asked.problems().getFirst().message(),
                    asked.problems().stream().map(ProblemDetail::of).toList());
        }
        EvaluationId evaluation = evaluation(id);
        EvaluationView.State state = read(evaluation, EvaluationView::state);
        if (state == EvaluationView.State.COMPLETED || state == EvaluationView.State.FAILED) {
            throw ProblemException.of(
                    ProblemType.EVALUATION_ENDED, "evaluation " + evaluation + " has ended and cannot be cancelled");
        }
        submission.cancel(
                evaluation, asked.reason().orElse("cancelled through the gateway"), Optional.ofNullable(traceparent));
        return Response.accepted(read(evaluation, EvaluationAnswer::of)).build();
    }

    /** Streams the records of a task. */
    @GET
    @Path("/{id}/tasks/{task}/samples")
    @Produces({LINES, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "getSamples",
            summary = "The records of a task",
            description = "JSON Lines: what was asked, what came, how it was read and what it is worth.")
    @APIResponse(responseCode = "404", description = "There are no such records", ref = "Problem")
    public Response samples(@PathParam("id") String id, @PathParam("task") String task) {
        return object(records(id, task).samples(), LINES);
    }

    /** Streams the figures of a task. */
    @GET
    @Path("/{id}/tasks/{task}/results")
    @Operation(operationId = "getResults", summary = "The figures of a task in the reference harness's layout")
    @APIResponse(responseCode = "404", description = "There are no such records", ref = "Problem")
    public Response results(@PathParam("id") String id, @PathParam("task") String task) {
        return object(records(id, task).results(), MediaType.APPLICATION_JSON);
    }

    private TaskRecords records(String id, String task) {
        List<TaskRecords> all = read(evaluation(id), EvaluationView::records);
        return all.stream().filter(each -> each.task().equals(task)).findFirst().orElseThrow(() -> {
            List<String> names = all.stream().map(TaskRecords::task).toList();
            return ProblemException.unknown(
                    ProblemType.UNKNOWN_RESOURCE,
                    "evaluation " + id + " has no records of " + Parameters.shown(task)
                            + (names.isEmpty() ? "; it has none yet" : "; it has those of " + names),
                    names);
        });
    }

    private Response object(BlobReference blob, String type) {
        InputStream bytes = store.object(blob.digest())
                .orElseThrow(() -> ProblemException.unknown(
                        ProblemType.UNKNOWN_RESOURCE,
                        "object " + blob.digest() + " is no longer in object storage",
                        List.of()));
        StreamingOutput passing = output -> {
            try (bytes) {
                bytes.transferTo(output);
            }
        };
        return Response.ok(passing, type).build();
    }

    private static EvaluationId evaluation(String text) {
        try {
            return new EvaluationId(text);
        } catch (IllegalArgumentException refused) {
            throw ProblemException.of(ProblemType.MALFORMED_IDENTIFIER, refused.getMessage());
        }
    }

    private <R> R read(EvaluationId id, Function<EvaluationView, R> question) {
        return board.read(mesh -> mesh.evaluation(id).map(question).orElseThrow(() -> unknown(mesh, id)));
    }

    private static ProblemException unknown(MeshView mesh, EvaluationId id) {
        List<String> ids =
                mesh.evaluations().stream().map(each -> each.id().value()).toList();
        return ProblemException.unknown(
                ProblemType.UNKNOWN_EVALUATION,
                "there is no evaluation " + id,
                NearestName.several(id.value(), ids, 3));
    }
}
