package io.finemesh.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.id.RunId;
import io.finemesh.gateway.answer.StepAnswer;
import io.finemesh.gateway.answer.StepPage;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.view.Step;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The step ledger of a run: each optimizer step once, of several attempts the latest. */
@Path("/v1/runs/{id}/steps")
@Tag(name = "runs")
@RunOnVirtualThread
public class StepResource {
    private static final String NDJSON = "application/x-ndjson";
    private static final int CHUNK = 1_000;

    private final RunLookup runs;
    private final ObjectMapper mapper;
    private final GatewayConfig.Pages pages;

    /** Wires what the resource asks. */
    public StepResource(RunLookup runs, ObjectMapper mapper, GatewayConfig config) {
        this.runs = runs;
        this.mapper = mapper;
        this.pages = config.pages();
    }

    /** A page of the ledger. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listSteps",
            summary = "The step ledger of a run",
            description = "Each optimizer step once, in order; where a segment was trained again, its latest attempt. "
                    + "With Accept: application/x-ndjson one step a line and no limit unless one is given.")
    @APIResponse(
            responseCode = "200",
            description = "Steps",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = StepPage.class)),
                @Content(mediaType = NDJSON, schema = @Schema(implementation = StepAnswer.class))
            })
    @APIResponse(responseCode = "404", description = "There is no such run", ref = "Problem")
    public StepPage page(
            @PathParam("id") String id,
            @Parameter(description = "First step, counted from 0", schema = @Schema(type = SchemaType.INTEGER))
                    @QueryParam("from")
                    String from,
            @Parameter(description = "Steps on the page, 1 to 10000", schema = @Schema(type = SchemaType.INTEGER))
                    @QueryParam("limit")
                    String limit) {
        RunId run = Parameters.run(id);
        long first = Parameters.whole("from", from, 0, 0, Long.MAX_VALUE);
        int size = (int) Parameters.whole("limit", limit, pages.steps(), 1, 10_000);
        return runs.read(run, view -> {
            List<Step> steps = view.steps(first, size + 1);
            List<Step> shown = steps.size() > size ? steps.subList(0, size) : steps;
            Optional<String> next = steps.size() > size
                    ? Optional.of("/v1/runs/" + run + "/steps?from="
                            + (shown.getLast().step() + 1) + "&limit=" + size)
                    : Optional.empty();
            return new StepPage(run.value(), shown.stream().map(StepAnswer::of).toList(), view.totalSteps(), next);
        });
    }

    /** The ledger, one step a line. */
    @GET
    @Produces(NDJSON + ";qs=0.5")
    @Operation(hidden = true)
    public Response lines(
            @PathParam("id") String id, @QueryParam("from") String from, @QueryParam("limit") String limit) {
        RunId run = Parameters.run(id);
        long first = Parameters.whole("from", from, 0, 0, Long.MAX_VALUE);
        long most = Parameters.whole("limit", limit, Long.MAX_VALUE, 1, Long.MAX_VALUE);
        List<Step> beginning = runs.read(run, view -> view.steps(first, chunk(most)));
        StreamingOutput lines = output -> write(run, beginning, most, output);
        return Response.ok(lines, NDJSON).build();
    }

    /** The lock is held for one chunk at a time, however long the ledger is. */
    private void write(RunId run, List<Step> beginning, long most, OutputStream output) throws IOException {
        List<Step> steps = beginning;
        long left = most;
        while (!steps.isEmpty()) {
            for (Step step : steps) {
                mapper.writer()
                        .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                        .writeValue(output, StepAnswer.of(step));
                output.write('\n');
            }
            left -= steps.size();
            long next = steps.getLast().step() + 1;
            int size = chunk(left);
            steps = left <= 0 ? List.of() : runs.read(run, view -> view.steps(next, size));
        }
    }

    private static int chunk(long left) {
        return (int) Math.min(CHUNK, left);
    }
}
