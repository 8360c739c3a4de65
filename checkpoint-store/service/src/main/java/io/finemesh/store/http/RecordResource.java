package io.finemesh.store.http;

import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.store.StorePaths;
import io.finemesh.store.growth.DatasetAppend;
import io.finemesh.store.growth.DatasetAppend.Appended;
import io.finemesh.store.growth.GrowingVersions;
import io.finemesh.store.growth.Quarantine;
import io.finemesh.store.growth.RowLookup;
import io.finemesh.store.growth.RowRemoval;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.refusal.Names;
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
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Data sets that grow by records. */
@Path(StorePaths.DATASETS + "/{name}")
@Produces(MediaType.APPLICATION_JSON)
public class RecordResource {
    private final DatasetAppend appends;
    private final GrowingVersions versions;
    private final RowLookup rows;
    private final RowRemoval removals;
    private final Quarantine quarantine;
    private final ImportAnnouncer announcer;
    private final ImportTelemetry telemetry;
    private final boolean tracing;

    RecordResource(
            DatasetAppend appends,
            GrowingVersions versions,
            RowLookup rows,
            RowRemoval removals,
            Quarantine quarantine,
            ImportAnnouncer announcer,
            ImportTelemetry telemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean tracingDisabled) {
        this.appends = appends;
        this.versions = versions;
        this.rows = rows;
        this.removals = removals;
        this.quarantine = quarantine;
        this.announcer = announcer;
        this.telemetry = telemetry;
        this.tracing = !tracingDisabled;
    }

    /** Adds rows. The answer comes when they are committed and the mesh is told; 201 when there is a new version, 200 when all were known. */
    @POST
    @Path("records")
    @Consumes(MediaType.WILDCARD)
    public Response append(
            @PathParam("name") String name,
            @QueryParam("format") String format,
            @QueryParam("heldOut") String heldOut,
            @HeaderParam("traceparent") String traceparent,
            InputStream body) {
        return telemetry.within("records", name, () -> {
            Appended appended = appends.run(
                    new DatasetAppend.Request(
                            name,
                            Optional.ofNullable(format).filter(text -> !text.isEmpty()),
                            fraction(heldOut),
                            "request",
                            Optional.empty()),
                    body);
            return announced(appended, traceparent);
        });
    }

    /** The slices, oldest first. */
    @GET
    @Path("slices")
    public List<DatasetSlice> slices(@PathParam("name") String name) {
        return versions.slices(Names.require("data set", name));
    }

    /** One row. */
    @GET
    @Path("rows/{row}")
    public RowDescriptor row(@PathParam("name") String name, @PathParam("row") String row) {
        return rows.describe(name, row);
    }

    /** Takes one row away. */
    @POST
    @Path("rows/{row}/quarantine")
    @Consumes(MediaType.WILDCARD)
    public Response remove(
            @PathParam("name") String name,
            @PathParam("row") String row,
            @QueryParam("reason") String reason,
            @HeaderParam("traceparent") String traceparent) {
        if (reason == null || reason.isBlank()) {
            throw new RefusalException(
                    Kind.MALFORMED, "there is no reason; give one in words with the query parameter reason");
        }
        return telemetry.within("records", name, () -> announced(removals.run(name, row, reason), traceparent));
    }

    /** What could not be taken or was taken away. */
    @GET
    @Path("quarantine")
    @Produces("application/x-ndjson")
    public StreamingOutput quarantine(@PathParam("name") String name) {
        versions.slices(Names.require("data set", name));
        return out -> quarantine.write(name, out);
    }

    private Response announced(Appended appended, String traceparent) {
        announcer.announceInOrder(appended.key(), TraceContexts.starting(traceparent, tracing));
        AppendReceipt receipt = appended.receipt();
        return Response.status(receipt.grew() ? Response.Status.CREATED : Response.Status.OK)
                .location(URI.create(
                        StorePaths.DATASETS + "/" + receipt.dataset().version().value()))
                .entity(receipt)
                .build();
    }

    private static OptionalDouble fraction(String text) {
        if (text == null || text.isEmpty()) {
            return OptionalDouble.empty();
        }
        try {
            return OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException malformed) {
            throw new RefusalException(
                    Kind.MALFORMED, "heldOut is '" + Names.shown(text) + "'; allowed: a share from 0 to 0.9");
        }
    }
}
