package io.finemesh.gateway.http;

import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.gateway.admission.NearestName;
import io.finemesh.gateway.answer.DatasetAnswer;
import io.finemesh.gateway.answer.DatasetList;
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
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Data sets: upload and look at. Rows stream through to the checkpoint store. */
@Path("/v1/datasets")
@Tag(name = "datasets", description = "Data sets as immutable versions")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class DatasetResource {
    private static final int LONGEST_LAYOUT = 4000;
    private static final Pattern SOURCE = Pattern.compile("\\P{Cntrl}{1,1000}");

    private static final List<String> FORMATS = List.of("alpaca", "openai", "sharegpt", "completion", "documents");

    private final ArtifactStore store;

    /** Asks this store. */
    public DatasetResource(ArtifactStore store) {
        this.store = store;
    }

    /** Lists data sets. */
    @GET
    @Operation(operationId = "listDatasets", summary = "List the newest version of each data set")
    public DatasetList list() {
        return new DatasetList(store.datasets().stream().map(DatasetAnswer::of).toList());
    }

    /** Tells of one data set version. */
    @GET
    @Path("/{nameOrVersion}")
    @Operation(
            operationId = "getDataset",
            summary = "A data set version",
            description = "By name, which means the newest version, or by name@number.")
    @APIResponse(responseCode = "404", description = "There is no such data set", ref = "Problem")
    public DatasetAnswer get(@PathParam("nameOrVersion") String nameOrVersion) {
        return DatasetAnswer.of(
                store.dataset(Parameters.datasetName(nameOrVersion)).orElseThrow(() -> unknown(nameOrVersion)));
    }

    /** Uploads rows. */
    @POST
    @Consumes({
        "application/x-ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/octet-stream",
        "application/x-tar",
        "text/plain"
    })
    @Operation(
            operationId = "uploadDataset",
            summary = "Upload rows as a new version of a data set",
            description =
                    "One JSON object a line, a JSON list of objects, CSV with column names or a Parquet file, or a tar archive of such files, which are the parts of one data set in its order: alpaca (instruction, input, output), "
                            + "openai (messages with role and content), sharegpt (conversations with from and value) or completion (text). "
                            + "With the format documents any objects, which evaluation tasks ask and nothing trains on. "
                            + "Rows that are empty or have no answer are dropped and counted; a data set of which nothing is left is refused. "
                            + "The same rows again give the same version.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/x-ndjson",
                            schema = @Schema(type = SchemaType.STRING, format = "binary"),
                            example = "{\"instruction\": \"Add.\", \"input\": \"2 + 3\", \"output\": \"5\"}"))
    @APIResponse(
            responseCode = "201",
            description = "The version is there",
            content = @Content(schema = @Schema(implementation = DatasetAnswer.class)))
    @APIResponse(responseCode = "422", description = "The rows are refused; errors says why", ref = "Problem")
    @APIResponse(responseCode = "503", description = "The store does not answer", ref = "Problem")
    public Response upload(
            @Parameter(description = "Name of the data set", required = true) @QueryParam("name") String name,
            @Parameter(
                            description = "Form of the rows; told from the first row if left out",
                            schema = @Schema(enumeration = {"alpaca", "openai", "sharegpt", "completion", "documents"}))
                    @QueryParam("format")
                    String format,
            @Parameter(
                            description =
                                    "An entry of a dataset_info.json as JSON: what columns and tags are called in the rows")
                    @QueryParam("layout")
                    String layout,
            @Parameter(
                            description =
                                    "Where the rows come from, such as a hub's commit and file; kept with the version and in the lineage of what is made of it")
                    @QueryParam("source")
                    String source,
            @Context HttpHeaders headers,
            @Parameter(hidden = true) InputStream rows) {
        String dataset = Parameters.datasetName(Parameters.required("name", name, "the name the data set gets"));
        if (dataset.contains("@")) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the data set is '" + dataset
                            + "', but a version's number is given by the store; leave @ and number out");
        }
        if (format != null && !FORMATS.contains(format)) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter format is '" + Parameters.shown(format) + "', allowed: "
                            + String.join(", ", FORMATS));
        }
        DatasetAnswer answer = DatasetAnswer.of(store.uploadDataset(
                dataset, Optional.ofNullable(format), layout(layout), source(source), rows, Bodies.length(headers)));
        return Response.created(URI.create(answer.links().self()))
                .entity(answer)
                .build();
    }

    private static Optional<String> source(String source) {
        if (source != null && !SOURCE.matcher(source).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter source is '" + Parameters.shown(source)
                            + "', allowed: 1 to 1000 printable characters that say where the rows come from");
        }
        return Optional.ofNullable(source);
    }

    private static Optional<String> layout(String layout) {
        if (layout != null && layout.length() > LONGEST_LAYOUT) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter layout has " + layout.length() + " characters, allowed: " + LONGEST_LAYOUT
                            + "; it is one entry of dataset_info.json");
        }
        return Optional.ofNullable(layout).filter(entry -> !entry.isBlank());
    }

    private ProblemException unknown(String name) {
        List<String> names =
                store.datasets().stream().map(DatasetDescriptor::name).toList();
        return ProblemException.unknown(
                ProblemType.UNKNOWN_DATASET,
                "there is no data set '" + name + "'",
                NearestName.several(name, names, 3));
    }
}
