package io.finemesh.store.http;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.contract.store.StorePaths;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.config.StoreConfig;
import io.finemesh.store.config.StoreWiring;
import io.finemesh.store.export.AdapterExport;
import io.finemesh.store.export.CheckpointExport;
import io.finemesh.store.export.ExportArchive;
import io.finemesh.store.manifest.CheckpointCatalogue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;

/** Committed checkpoints. */
@Path("")
public class CheckpointResource {
    private final CheckpointCatalogue catalogue;
    private final BlobStore blobs;
    private final StoreConfig config;

    CheckpointResource(CheckpointCatalogue catalogue, BlobStore blobs, StoreConfig config) {
        this.catalogue = catalogue;
        this.blobs = blobs;
        this.config = config;
    }

    /** The manifest, byte for byte. */
    @GET
    @Path(StorePaths.MANIFESTS + "/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public byte[] manifest(@PathParam("id") String id) {
        return catalogue.manifestBytes(CheckpointCatalogue.parse(id));
    }

    /** What the checkpoint is. */
    @GET
    @Path(StorePaths.CHECKPOINTS + "/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public CheckpointDescriptor describe(@PathParam("id") String id) {
        return catalogue.describe(CheckpointCatalogue.parse(id));
    }

    /** A tar of the directory that Hugging Face tools load, or with {@code ?adapter=true} of a LoRA run's adapters for PEFT. */
    @GET
    @Path(StorePaths.CHECKPOINTS + "/{id}/export")
    @Produces("application/x-tar")
    public Response export(@PathParam("id") String id, @QueryParam("adapter") boolean adapter) {
        CheckpointId checkpoint = CheckpointCatalogue.parse(id);
        Manifest manifest = catalogue.manifest(checkpoint);
        java.nio.file.Path work = StoreWiring.workDirectory(config);
        ExportArchive export = adapter
                ? AdapterExport.prepare(checkpoint, catalogue.baseOfRun(checkpoint), manifest, blobs, work)
                : CheckpointExport.prepare(manifest, blobs, work);
        StreamingOutput body = out -> {
            try (export) {
                export.writeTo(out);
            }
        };
        return Response.ok(body)
                // Announced, so that a receiver can tell an archive that was cut off.
                .header(HttpHeaders.CONTENT_LENGTH, export.sizeBytes())
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + checkpoint + ".tar\"")
                .build();
    }
}
