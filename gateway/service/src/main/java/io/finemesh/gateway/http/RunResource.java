package io.finemesh.gateway.http;

import io.finemesh.contract.id.RunId;
import io.finemesh.gateway.admission.ImportReader;
import io.finemesh.gateway.answer.RunDetail;
import io.finemesh.gateway.answer.RunPage;
import io.finemesh.gateway.answer.RunReceipt;
import io.finemesh.gateway.answer.RunSummary;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.submission.RunCancellation;
import io.finemesh.gateway.submission.RunSubmission;
import io.finemesh.gateway.submission.Submitted;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.Phase;
import io.finemesh.gateway.view.RunView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Runs: submit, look at, stop. */
@Path("/v1/runs")
@Tag(name = "runs", description = "Fine-tuning runs: submit, watch, stop")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class RunResource {
    private static final String SCHEMA = "/v1/schemas/run-specification.json";

    private final RunSubmission submission;
    private final RunCancellation cancellation;
    private final RunLookup runs;
    private final Board board;
    private final GatewayConfig config;

    /** Wires what the resource asks. */
    public RunResource(
            RunSubmission submission, RunCancellation cancellation, RunLookup runs, Board board, GatewayConfig config) {
        this.submission = submission;
        this.cancellation = cancellation;
        this.runs = runs;
        this.board = board;
        this.config = config;
    }

    /** Submits a run written in YAML. */
    @POST
    @Consumes({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
    @Operation(
            operationId = "submitRun",
            summary = "Submit a run",
            description =
                    "Takes a run specification in YAML or JSON; its JSON Schema is at " + SCHEMA
                            + ". The answer comes when the request is safe, before the run is planned. Every wrong field is named at once.")
    @RequestBody(
            required = true,
            content = {
                @Content(mediaType = "application/yaml", schema = @Schema(ref = SCHEMA)),
                @Content(mediaType = "text/yaml", schema = @Schema(ref = SCHEMA)),
                @Content(mediaType = "application/json", schema = @Schema(ref = SCHEMA))
            })
    @APIResponse(
            responseCode = "202",
            description = "The run exists; Location says where",
            content = @Content(schema = @Schema(implementation = RunReceipt.class)))
    @APIResponse(responseCode = "400", description = "The document cannot be read", ref = "Problem")
    @APIResponse(responseCode = "409", description = "The key stands for another specification", ref = "Problem")
    @APIResponse(responseCode = "422", description = "Fields are wrong", ref = "Problem")
    @APIResponse(responseCode = "503", description = "Store or broker do not answer", ref = "Problem")
    public Response submitYaml(
            @Parameter(hidden = true) InputStream body,
            @Parameter(
                            description =
                                    "What makes two requests the same one: the same key and specification give the same run")
                    @HeaderParam("Idempotency-Key")
                    String idempotencyKey,
            @Parameter(hidden = true) @HeaderParam("traceparent") String traceparent) {
        return submit(body, Syntax.YAML, idempotencyKey, traceparent);
    }

    /** Submits a run written in JSON. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Response submitJson(
            InputStream body,
            @HeaderParam("Idempotency-Key") String idempotencyKey,
            @HeaderParam("traceparent") String traceparent) {
        return submit(body, Syntax.JSON, idempotencyKey, traceparent);
    }

    private Response submit(InputStream body, Syntax syntax, String idempotencyKey, String traceparent) {
        Optional<String> key = Parameters.idempotencyKey(idempotencyKey);
        Submitted submitted = submission.submit(
                Bodies.document(body, syntax, config.submission().maxBytes().asLongValue()),
                key,
                Optional.ofNullable(traceparent));
        String phase = runs.read(submitted.run(), run -> run.phase().word());
        RunReceipt receipt = RunReceipt.of(submitted.run(), submitted.name(), phase);
        Response.ResponseBuilder answer =
                Response.accepted(receipt).location(URI.create(receipt.links().self()));
        if (submitted.replayed()) {
            answer.header("Idempotency-Replayed", "true");
        }
        return answer.build();
    }

    /** Lists runs. */
    @GET
    @Operation(operationId = "listRuns", summary = "List runs, newest first")
    @APIResponse(responseCode = "400", description = "A parameter is wrong", ref = "Problem")
    public RunPage list(
            @Parameter(
                            description = "Runs on the page, 1 to 1000",
                            schema =
                                    @Schema(
                                            type =
                                                    org.eclipse.microprofile.openapi.annotations.enums.SchemaType
                                                            .INTEGER))
                    @QueryParam("limit")
                    String limit,
            @Parameter(description = "Only runs older than the one with this id") @QueryParam("before") String before,
            @Parameter(description = "Only runs in this phase") @QueryParam("phase") String phase) {
        int size = (int) Parameters.whole("limit", limit, config.pages().runs(), 1, 1000);
        Optional<Phase> wanted = phase(phase);
        Optional<RunId> from = Optional.ofNullable(before).map(Parameters::run);
        return board.read(mesh -> page(mesh, size, from, wanted));
    }

    private static RunPage page(MeshView mesh, int size, Optional<RunId> before, Optional<Phase> phase) {
        Stream<RunView> all = mesh.runs().stream();
        if (before.isPresent()) {
            if (mesh.run(before.get()).isEmpty()) {
                throw ProblemException.of(
                        ProblemType.MALFORMED_REQUEST,
                        "the query parameter before names " + before.get() + ", which is no run");
            }
            all = all.dropWhile(run -> !run.id().equals(before.get())).skip(1);
        }
        List<RunSummary> summaries = all.filter(run -> phase.isEmpty() || run.phase() == phase.get())
                .limit(size + 1L)
                .map(RunSummary::of)
                .toList();
        if (summaries.size() <= size) {
            return new RunPage(summaries, Optional.empty());
        }
        List<RunSummary> shown = summaries.subList(0, size);
        String filter = phase.map(each -> "&phase=" + each.word()).orElse("");
        return new RunPage(
                shown,
                Optional.of(
                        "/v1/runs?limit=" + size + "&before=" + shown.getLast().id() + filter));
    }

    private static Optional<Phase> phase(String text) {
        if (text == null) {
            return Optional.empty();
        }
        Optional<Phase> phase = Arrays.stream(Phase.values())
                .filter(candidate -> candidate.word().equals(text))
                .findFirst();
        if (phase.isEmpty()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter phase is '" + Parameters.shown(text) + "', allowed: "
                            + String.join(
                                    ", ",
                                    Arrays.stream(Phase.values())
                                            .map(Phase::word)
                                            .toList()));
        }
        return phase;
    }

    /** Tells of one run. */
    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getRun",
            summary = "Everything about a run but its single steps",
            description =
                    "Status, plan, progress, checkpoints, evaluations, retries, and the specification with every default filled in.")
    @APIResponse(
            responseCode = "404",
            description = "There is no such run; suggestions holds the nearest ids",
            ref = "Problem")
    public RunDetail get(@PathParam("id") String id) {
        return runs.read(Parameters.run(id), RunDetail::of);
    }

    /** Stops a run. */
    @POST
    @Path("/{id}/cancel")
    @Operation(
            operationId = "cancelRun",
            summary = "Stop a run",
            description =
                    "What is committed stays. The scheduler does it soon after the answer; the run's events tell when.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(examples = "{\"reason\": \"loss does not fall\"}")))
    @APIResponse(
            responseCode = "202",
            description = "The scheduler is told",
            content = @Content(schema = @Schema(implementation = RunReceipt.class)))
    @APIResponse(responseCode = "404", description = "There is no such run", ref = "Problem")
    @APIResponse(responseCode = "409", description = "The run has ended", ref = "Problem")
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
        return cancel(Parameters.run(id), asked.reason(), traceparent);
    }

    /** Stops a run. */
    @DELETE
    @Path("/{id}")
    @Operation(operationId = "deleteRun", summary = "Stop a run; the same as cancel without a reason")
    @APIResponse(
            responseCode = "202",
            description = "The scheduler is told",
            content = @Content(schema = @Schema(implementation = RunReceipt.class)))
    @APIResponse(responseCode = "404", description = "There is no such run", ref = "Problem")
    @APIResponse(responseCode = "409", description = "The run has ended", ref = "Problem")
    public Response delete(
            @PathParam("id") String id, @Parameter(hidden = true) @HeaderParam("traceparent") String traceparent) {
        return cancel(Parameters.run(id), Optional.empty(), traceparent);
    }

    private Response cancel(RunId run, Optional<String> reason, String traceparent) {
        Phase phase = runs.read(run, RunView::phase);
        if (phase.ended()) {
            throw ProblemException.of(
                    ProblemType.RUN_ENDED, "run " + run + " is " + phase.word() + " and cannot be cancelled any more");
        }
        cancellation.cancel(run, reason.orElse("cancelled through the gateway"), Optional.ofNullable(traceparent));
        return Response.accepted(runs.read(
                        run,
                        view -> RunReceipt.of(
                                run, RunSummary.nameOf(view), view.phase().word())))
                .build();
    }
}
