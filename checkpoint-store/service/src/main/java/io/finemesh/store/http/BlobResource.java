package io.finemesh.store.http;

import io.finemesh.contract.store.LinkRequest;
import io.finemesh.contract.store.LinkResponse;
import io.finemesh.contract.store.StageRequest;
import io.finemesh.contract.store.StageResponse;
import io.finemesh.contract.store.StorePaths;
import io.finemesh.store.blob.BlobStore;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;

/** Where to upload objects and where to download them. */
@Path("")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class BlobResource {
    private final BlobStore blobs;

    BlobResource(BlobStore blobs) {
        this.blobs = blobs;
    }

    /** One ticket for each object, in order. */
    @POST
    @Path(StorePaths.STAGE)
    public StageResponse stage(InputStream body) {
        return blobs.stage(JsonBody.read(body, StageRequest.class).blobs());
    }

    /** Makes uploaded objects readable that belong to no checkpoint. */
    @POST
    @Path(StorePaths.SETTLE)
    public LinkResponse settle(InputStream body) {
        return blobs.settle(JsonBody.read(body, StageRequest.class).blobs());
    }

    /** One link for each object, in order. */
    @POST
    @Path(StorePaths.LINKS)
    public LinkResponse links(InputStream body) {
        return blobs.links(JsonBody.read(body, LinkRequest.class).digests());
    }
}
