package io.finemesh.gateway.http;

import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.gateway.admission.PolicyReader;
import io.finemesh.gateway.answer.ConnectorList;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import io.finemesh.gateway.policy.PolicyDesk;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Connectors: which Kafka topics of others become data sets. */
@Path("/v1/connectors")
@Tag(name = "connectors", description = "Kafka topics that become data sets")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class ConnectorResource {
    private final PolicyDesk desk;
    private final Board board;
    private final GatewayConfig config;

    /** Wires what the resource asks. */
    public ConnectorResource(PolicyDesk desk, Board board, GatewayConfig config) {
        this.desk = desk;
        this.board = board;
        this.config = config;
    }

    /** Sets a connector written in JSON. */
    @PUT
    @Path("/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putConnector",
            summary = "Read a Kafka topic into a data set",
            description =
                    "topic, dataset, and optionally held_out and mapping: field of a row to field of the record's JSON. The topic is read from its "
                            + "beginning; offsets are kept with the rows, so that each record is taken once.")
    @APIResponse(responseCode = "422", description = "Fields are wrong", ref = "Problem")
    public ConnectorDefined putJson(@PathParam("name") String name, @Parameter(hidden = true) InputStream body) {
        return put(name, body, Syntax.JSON);
    }

    /** Sets a connector written in YAML. */
    @PUT
    @Path("/{name}")
    @Consumes({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
    @Operation(hidden = true)
    public ConnectorDefined putYaml(@PathParam("name") String name, InputStream body) {
        return put(name, body, Syntax.YAML);
    }

    private ConnectorDefined put(String name, InputStream body, Syntax syntax) {
        if (!PolicyReader.NAME.matcher(name).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the name is '" + Parameters.shown(name)
                            + "', allowed: 1 to 64 letters, digits or . _ - beginning with a letter or digit");
        }
        return desk.connect(
                Bodies.document(body, syntax, config.submission().maxBytes().asLongValue()), name);
    }

    /** Lists connectors. */
    @GET
    @Operation(operationId = "listConnectors", summary = "List connectors by name")
    public ConnectorList list() {
        return board.read(mesh -> new ConnectorList(mesh.policies().connectors()));
    }

    /** Tells of a connector. */
    @GET
    @Path("/{name}")
    @Operation(operationId = "getConnector", summary = "A connector")
    @APIResponse(responseCode = "404", description = "There is no such connector", ref = "Problem")
    public ConnectorDefined get(@PathParam("name") String name) {
        return desk.connector(name);
    }

    /** Withdraws a connector. */
    @DELETE
    @Path("/{name}")
    @Operation(operationId = "withdrawConnector", summary = "Stop reading a topic; what it brought stays")
    @APIResponse(responseCode = "204", description = "It is no longer read")
    @APIResponse(responseCode = "404", description = "There is no such connector", ref = "Problem")
    public Response withdraw(@PathParam("name") String name) {
        desk.disconnect(name);
        return Response.noContent().build();
    }
}
