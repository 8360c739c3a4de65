package io.finemesh.gateway.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The published JSON Schema of run specifications, as it stands in the documentation. */
@Path("/v1/schemas")
@Tag(name = "schemas", description = "Published schemas")
public class SchemaResource {
    /** Where the schema is on the class path. */
    static final String RUN_SPECIFICATION = "/schemas/run-specification.schema.json";

    private final byte[] schema;

    /** Reads the schema once; it is part of the application. */
    public SchemaResource() {
        try (InputStream file = SchemaResource.class.getResourceAsStream(RUN_SPECIFICATION)) {
            if (file == null) {
                throw new IllegalStateException(RUN_SPECIFICATION + " is not part of the application");
            }
            schema = file.readAllBytes();
        } catch (IOException broken) {
            throw new IllegalStateException(RUN_SPECIFICATION + " cannot be read", broken);
        }
    }

    /** The schema. */
    @GET
    @Path("/run-specification.json")
    @Produces({"application/schema+json", "application/json"})
    @Operation(operationId = "getRunSpecificationSchema", summary = "JSON Schema of run specifications")
    public Response runSpecification() {
        return Response.ok(schema.clone()).build();
    }
}
