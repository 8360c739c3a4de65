package io.finemesh.gateway.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The published JSON Schemas of run specifications and policies, as they stand in the documentation. */
@Path("/v1/schemas")
@Tag(name = "schemas", description = "Published schemas")
public class SchemaResource {
    /** Where the schema is on the class path. */
    static final String RUN_SPECIFICATION = "/schemas/run-specification.schema.json";

    /** Where the schema of policies is. */
    static final String POLICY = "/schemas/policy.schema.json";

    private final byte[] schema = read(RUN_SPECIFICATION);
    private final byte[] policy = read(POLICY);

    /** Reads a schema; it is part of the application. */
    private static byte[] read(String name) {
        try (InputStream file = SchemaResource.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not part of the application");
            }
            return file.readAllBytes();
        } catch (IOException broken) {
            throw new IllegalStateException(name + " cannot be read", broken);
        }
    }

    /** The schema of policies. */
    @GET
    @Path("/policy.json")
    @Produces({"application/schema+json", "application/json"})
    @Operation(operationId = "getPolicySchema", summary = "JSON Schema of policies")
    public Response policy() {
        return Response.ok(policy.clone()).build();
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
