package io.finemesh.gateway.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.gateway.admission.ImportReader;
import io.finemesh.gateway.admission.NearestName;
import io.finemesh.gateway.answer.ModelAnswer;
import io.finemesh.gateway.answer.ModelList;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import io.finemesh.gateway.problem.ProblemDetail;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Models by name: import and look at. What is uploaded streams through to the checkpoint store. */
@Path("/v1/models")
@Tag(name = "models", description = "Models by name")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class ModelResource {
    private final ArtifactStore store;
    private final ObjectMapper mapper;
    private final GatewayConfig config;

    /** Wires what the resource asks. */
    public ModelResource(ArtifactStore store, ObjectMapper mapper, GatewayConfig config) {
        this.store = store;
        this.mapper = mapper;
        this.config = config;
    }

    /** Lists models. */
    @GET
    @Operation(operationId = "listModels", summary = "List models by name")
    public ModelList list() {
        return new ModelList(store.models().stream()
                .map(model -> ModelAnswer.of(model, Optional.empty()))
                .toList());
    }

    /** Tells of one model. */
    @GET
    @Path("/{name}")
    @Operation(operationId = "getModel", summary = "A model and its configuration")
    @APIResponse(responseCode = "404", description = "There is no such model", ref = "Problem")
    public ModelAnswer get(@PathParam("name") String name) {
        return answer(store.model(Parameters.modelName(name)).orElseThrow(() -> unknown(name)));
    }

    /** Imports a directory. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "importModel",
            summary = "Import a Hugging Face directory",
            description =
                    "Either JSON with a name and the path of a directory on the checkpoint store's machine, or (application/x-tar, "
                            + "with the query parameter name) a tar of such a directory, which streams through. Importing the same weights again "
                            + "gives the same checkpoint.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = "application/json",
                        schema = @Schema(examples = "{\"name\": \"tiny-llama\", \"path\": \"/models/tiny-llama\"}")),
                @Content(
                        mediaType = "application/x-tar",
                        schema =
                                @Schema(
                                        type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING,
                                        format = "binary"))
            })
    @APIResponse(
            responseCode = "201",
            description = "The model is there",
            content = @Content(schema = @Schema(implementation = ModelAnswer.class)))
    @APIResponse(responseCode = "422", description = "The directory is refused; errors says why", ref = "Problem")
    @APIResponse(responseCode = "503", description = "The store does not answer", ref = "Problem")
    public Response importDirectory(@Parameter(hidden = true) InputStream body) {
        ImportReader.ModelImport asked = ImportReader.modelImport(Bodies.document(
                body, Syntax.JSON, config.submission().maxBytes().asLongValue()));
        if (!asked.problems().isEmpty()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    asked.problems().size() == 1
                            ? asked.problems().getFirst().message()
                            : asked.problems().size() + " fields are wrong; see errors",
                    asked.problems().stream().map(ProblemDetail::of).toList());
        }
        return created(
                store.importModel(asked.name().orElseThrow(), asked.path().orElseThrow()));
    }

    /** Imports a tar. */
    @POST
    @Consumes({"application/x-tar", "application/octet-stream"})
    @Operation(hidden = true)
    public Response upload(@QueryParam("name") String name, @Context HttpHeaders headers, InputStream tar) {
        String model = Parameters.modelName(Parameters.required("name", name, "the name the model gets"));
        return created(store.uploadModel(model, tar, Bodies.length(headers)));
    }

    private Response created(ModelDescriptor model) {
        ModelAnswer answer = answer(model);
        return Response.created(URI.create(answer.links().self()))
                .entity(answer)
                .build();
    }

    private ModelAnswer answer(ModelDescriptor model) {
        return ModelAnswer.of(model, JsonMapping.parsed(mapper, model.configurationJson()));
    }

    private ProblemException unknown(String name) {
        List<String> names = store.models().stream().map(ModelDescriptor::name).toList();
        return ProblemException.unknown(
                ProblemType.UNKNOWN_MODEL, "there is no model '" + name + "'", NearestName.several(name, names, 3));
    }
}
