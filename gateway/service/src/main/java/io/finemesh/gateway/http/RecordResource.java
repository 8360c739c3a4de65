package io.finemesh.gateway.http;

import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.gateway.answer.AppendAnswer;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.store.ArtifactStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Data sets that grow: records stream through to the checkpoint store. */
@Path("/v1/datasets/{name}")
@Tag(name = "datasets", description = "Data sets as immutable versions")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class RecordResource {
    private static final List<String> FORMATS = List.of("alpaca", "openai", "sharegpt", "completion");
    private static final int LONGEST_REASON = 300;

    private final ArtifactStore store;

    /** Asks this store. */
    public RecordResource(ArtifactStore store) {
        this.store = store;
    }

    /** Adds records. */
    @POST
    @Path("/records")
    @Consumes({
        "application/x-ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/json",
        "application/octet-stream",
        "application/x-tar",
        "text/plain"
    })
    @Operation(
            operationId = "appendRecords",
            summary = "Add records to a data set that grows",
            description =
                    "One JSON object a line, a JSON list of objects, CSV with column names or a Parquet file, or a tar archive of such files. The first records create the data set. Records make an immutable slice, "
                            + "which is the next version; content that is there already is dropped, what cannot be taken is quarantined with its "
                            + "reason, and a fixed share of questions is held out by its hash. The same records again change nothing.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/x-ndjson",
                            schema = @Schema(type = SchemaType.STRING, format = "binary"),
                            example = "{\"instruction\": \"Add.\", \"input\": \"2 + 3\", \"output\": \"5\"}"))
    @APIResponse(
            responseCode = "201",
            description = "There is a new version",
            content = @Content(schema = @Schema(implementation = AppendAnswer.class)))
    @APIResponse(
            responseCode = "200",
            description = "All of it was there already",
            content = @Content(schema = @Schema(implementation = AppendAnswer.class)))
    @APIResponse(responseCode = "422", description = "There is no row, or the data set does not grow", ref = "Problem")
    @APIResponse(responseCode = "503", description = "The store does not answer", ref = "Problem")
    public Response append(
            @PathParam("name") String name,
            @Parameter(
                            description = "Form of the rows; told from the first row if left out",
                            schema = @Schema(enumeration = {"alpaca", "openai", "sharegpt", "completion"}))
                    @QueryParam("format")
                    String format,
            @Parameter(
                            description =
                                    "Share of questions held out, 0 to 0.9; fixed by the request that creates the data set, 0.1 if left out")
                    @QueryParam("held_out")
                    String heldOut,
            @Context HttpHeaders headers,
            @Parameter(hidden = true) InputStream rows) {
        if (format != null && !FORMATS.contains(format)) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter format is '" + Parameters.shown(format) + "', allowed: "
                            + String.join(", ", FORMATS));
        }
        AppendAnswer answer = AppendAnswer.of(store.appendRecords(
                growing(name), Optional.ofNullable(format), fraction(heldOut), rows, Bodies.length(headers)));
        return answered(answer);
    }

    private static Response answered(AppendAnswer answer) {
        return Response.status(answer.grew() ? Response.Status.CREATED : Response.Status.OK)
                .location(URI.create(answer.dataset().links().self()))
                .entity(answer)
                .build();
    }

    /** Lists slices. */
    @GET
    @Path("/slices")
    @Operation(operationId = "listSlices", summary = "The slices of a data set that grows, oldest first")
    @APIResponse(responseCode = "404", description = "There is no such data set", ref = "Problem")
    @APIResponse(responseCode = "422", description = "The data set does not grow", ref = "Problem")
    public List<DatasetSlice> slices(@PathParam("name") String name) {
        return store.slices(growing(name));
    }

    /** Shows one row. */
    @GET
    @Path("/rows/{row}")
    @Operation(
            operationId = "getRow",
            summary = "A row of a data set that grows",
            description = "By its id, the first 8 or more digits of it, or slice and place such as 3.17.")
    @APIResponse(responseCode = "404", description = "There is no such row", ref = "Problem")
    public RowDescriptor row(@PathParam("name") String name, @PathParam("row") String row) {
        return store.row(growing(name), row);
    }

    /** Takes one row away. */
    @POST
    @Path("/rows/{row}/quarantine")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "quarantineRow",
            summary = "Take a row out of a data set that grows",
            description = "The next version does without it, and it does not come back. Asked again, nothing changes.")
    @APIResponse(responseCode = "404", description = "There is no such row", ref = "Problem")
    public Response quarantine(
            @PathParam("name") String name,
            @PathParam("row") String row,
            @Parameter(description = "Why, for the record", required = true) @QueryParam("reason") String reason) {
        return answered(AppendAnswer.of(store.quarantineRow(growing(name), row, reason(reason))));
    }

    /** It goes to the store in an address, which has room for so many characters of any script. */
    private static String reason(String text) {
        String allowed = "a reason in words, at most " + LONGEST_REASON + " characters";
        String reason = Parameters.required("reason", text, allowed);
        if (reason.codePointCount(0, reason.length()) > LONGEST_REASON) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter reason is '" + Parameters.shown(reason) + "', allowed: " + allowed);
        }
        return reason;
    }

    /** Shows what could not be taken. */
    @GET
    @Path("/quarantine")
    @Produces("application/x-ndjson")
    @Operation(
            operationId = "getQuarantine",
            summary = "What could not be taken into a data set, one JSON object a line with its reason")
    public InputStream quarantine(@PathParam("name") String name) {
        return store.quarantined(growing(name));
    }

    private static String growing(String name) {
        String dataset = Parameters.datasetName(name);
        if (dataset.contains("@")) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the data set is '" + dataset + "', but versions never change; leave @ and number out");
        }
        return dataset;
    }

    private static OptionalDouble fraction(String text) {
        if (text == null) {
            return OptionalDouble.empty();
        }
        if (!text.matches("0|0?\\.[0-9]{1,6}") || Double.parseDouble(text) > 0.9) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter held_out is '" + Parameters.shown(text) + "', allowed: a share from 0 to 0.9");
        }
        return OptionalDouble.of(Double.parseDouble(text));
    }
}
