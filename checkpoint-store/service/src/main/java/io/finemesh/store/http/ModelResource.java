package io.finemesh.store.http;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.store.StorePaths;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.model.ModelImport;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import io.finemesh.store.trace.ImportTelemetry;
import io.finemesh.store.trace.TraceContexts;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Models by name: imports, and names for committed checkpoints. */
@Path(StorePaths.MODELS)
@Produces(MediaType.APPLICATION_JSON)
public class ModelResource {
    private static final int LONGEST_ID_BYTES = 256;

    private final ModelImport imports;
    private final ModelNames names;
    private final ImportAnnouncer announcer;
    private final ImportTelemetry telemetry;
    private final boolean tracing;

    ModelResource(
            ModelImport imports,
            ModelNames names,
            ImportAnnouncer announcer,
            ImportTelemetry telemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean tracingDisabled) {
        this.tracing = !tracingDisabled;
        this.imports = imports;
        this.names = names;
        this.announcer = announcer;
        this.telemetry = telemetry;
    }

    /** Imports a directory of the store's machine. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response importDirectory(
            @QueryParam("name") String name, @HeaderParam("traceparent") String traceparent, InputStream body) {
        Names.require("model", name);
        Directory directory = JsonBody.read(body, Directory.class);
        if (directory.path() == null || directory.path().isBlank()) {
            throw new RefusalException(
                    Kind.MALFORMED, "the body has no path; send {\"path\": \"/absolute/path/of/a/model/directory\"}");
        }
        return imported(name, traceparent, () -> imports.fromDirectory(directory.path()));
    }

    /** Imports an uploaded tar of a directory. */
    @POST
    @Consumes("application/x-tar")
    public Response importTar(
            @QueryParam("name") String name, @HeaderParam("traceparent") String traceparent, InputStream body) {
        Names.require("model", name);
        return imported(name, traceparent, () -> imports.fromTar(body));
    }

    /** What every name means now. */
    @GET
    public List<ModelDescriptor> all() {
        return names.all();
    }

    /** What a name means now. */
    @GET
    @Path("{name}")
    public ModelDescriptor one(@PathParam("name") String name) {
        return names.resolve(name);
    }

    /** Gives a committed checkpoint a name. */
    @PUT
    @Path("{name}/checkpoint")
    @Consumes(MediaType.TEXT_PLAIN)
    public ModelDescriptor point(
            @PathParam("name") String name, @HeaderParam("traceparent") String traceparent, InputStream body) {
        String text = new String(JsonBody.bytes(body, LONGEST_ID_BYTES), StandardCharsets.UTF_8).strip();
        NumberedKey key = names.point(name, CheckpointCatalogue.parse(text));
        announcer.announce(key, TraceContexts.starting(traceparent, tracing));
        return names.resolve(name);
    }

    private Response imported(String name, String traceparent, Supplier<CheckpointId> work) {
        return telemetry.within("model", name, () -> {
            CheckpointId checkpoint = work.get();
            NumberedKey key = names.point(name, checkpoint);
            announcer.announce(key, TraceContexts.starting(traceparent, tracing));
            return Response.created(URI.create(StorePaths.MODELS + "/" + name))
                    .entity(names.resolve(name))
                    .build();
        });
    }

    /**
     * Where a model lies.
     *
     * @param path absolute path of a Hugging Face directory on the store's machine
     */
    record Directory(String path) {}
}
