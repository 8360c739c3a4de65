package io.finemesh.store.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.StorePaths;
import io.finemesh.dataset.Layout;
import io.finemesh.store.dataset.DatasetImport;
import io.finemesh.store.dataset.DatasetVersions;
import io.finemesh.store.dataset.ImportedDataset;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.trace.ImportTelemetry;
import io.finemesh.store.trace.TraceContexts;
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
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Data sets. */
@Path(StorePaths.DATASETS)
@Produces(MediaType.APPLICATION_JSON)
public class DatasetResource {
    private static final Pattern SOURCE = Pattern.compile("\\P{Cntrl}{1,1000}");

    private final DatasetImport imports;
    private final DatasetVersions versions;
    private final ImportAnnouncer announcer;
    private final ImportTelemetry telemetry;
    private final ObjectMapper mapper;
    private final boolean tracing;

    DatasetResource(
            DatasetImport imports,
            DatasetVersions versions,
            ImportAnnouncer announcer,
            ImportTelemetry telemetry,
            ObjectMapper mapper,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean tracingDisabled) {
        this.tracing = !tracingDisabled;
        this.imports = imports;
        this.versions = versions;
        this.announcer = announcer;
        this.telemetry = telemetry;
        this.mapper = mapper;
    }

    /**
     * Commits uploaded rows. The answer is a {@link DatasetDescriptor} with one member more, {@code droppedExamples}: the first few
     * dropped rows in words.
     */
    @POST
    @Consumes(MediaType.WILDCARD)
    public Response upload(
            @QueryParam("name") String name,
            @QueryParam("format") String format,
            @QueryParam("layout") String layout,
            @QueryParam("source") String source,
            @HeaderParam("traceparent") String traceparent,
            InputStream body) {
        return telemetry.within("dataset", name, () -> {
            ImportedDataset dataset = imports.run(
                    name,
                    Optional.ofNullable(format).filter(text -> !text.isEmpty()),
                    layout(name, layout),
                    source(source),
                    body);
            announcer.announce(dataset.key(), TraceContexts.starting(traceparent, tracing));
            ObjectNode answer = mapper.valueToTree(dataset.descriptor());
            answer.set("droppedExamples", mapper.valueToTree(dataset.droppedExamples()));
            return Response.created(URI.create(StorePaths.DATASETS + "/"
                            + dataset.descriptor().version().value()))
                    .entity(answer)
                    .build();
        });
    }

    private static Optional<String> source(String source) {
        if (source != null && !SOURCE.matcher(source).matches()) {
            throw new RefusalException(
                    Kind.MALFORMED,
                    "the source is not taken: it is to be 1 to 1000 printable characters that say where the rows come from");
        }
        return Optional.ofNullable(source);
    }

    /** What an entry of {@code dataset_info.json} says. @throws RefusalException with everything about it that is not taken */
    private static Layout layout(String name, String entry) {
        if (entry == null || entry.isEmpty()) {
            return Layout.STANDARD;
        }
        try {
            return Layout.of(name, StrictJson.object(entry.getBytes(StandardCharsets.UTF_8)));
        } catch (JsonException malformed) {
            throw new RefusalException(
                    Kind.MALFORMED, "the layout is not an entry of dataset_info.json: " + malformed.getMessage());
        } catch (IllegalArgumentException refused) {
            throw new RefusalException(Kind.MALFORMED, "the layout is not taken: " + refused.getMessage());
        }
    }

    /** The newest version of each data set. */
    @GET
    public List<DatasetDescriptor> all() {
        return versions.all();
    }

    /** The newest version by name, or one version by {@code name@number}. */
    @GET
    @Path("{nameOrVersion}")
    public DatasetDescriptor one(@PathParam("nameOrVersion") String nameOrVersion) {
        return versions.resolve(nameOrVersion);
    }
}
