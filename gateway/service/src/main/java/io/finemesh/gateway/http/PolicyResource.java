package io.finemesh.gateway.http;

import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.gateway.admission.PolicyReader;
import io.finemesh.gateway.answer.FireReceipt;
import io.finemesh.gateway.answer.PolicyAnswer;
import io.finemesh.gateway.answer.PolicyList;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import io.finemesh.gateway.policy.PolicyDesk;
import io.finemesh.gateway.policy.TriggerDesk;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Policies: set, look at, switch, fire. */
@Path("/v1/policies")
@Tag(name = "policies", description = "What is set once so that a model keeps improving")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class PolicyResource {
    private static final String SCHEMA = "/v1/schemas/policy.json";

    private final PolicyDesk desk;
    private final TriggerDesk triggers;
    private final Board board;
    private final GatewayConfig config;

    /** Wires what the resource asks. */
    public PolicyResource(PolicyDesk desk, TriggerDesk triggers, Board board, GatewayConfig config) {
        this.desk = desk;
        this.triggers = triggers;
        this.board = board;
        this.config = config;
    }

    /** Sets a policy written in YAML. */
    @POST
    @Consumes({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
    @Operation(
            operationId = "applyPolicy",
            summary = "Set a policy",
            description =
                    "Takes a policy in YAML or JSON; its JSON Schema is at " + SCHEMA
                            + ". A policy of that name is changed by it. Every fault is named at once. The same policy again changes nothing.")
    @RequestBody(
            required = true,
            content = {
                @Content(mediaType = "application/yaml", schema = @Schema(ref = SCHEMA)),
                @Content(mediaType = "application/json", schema = @Schema(ref = SCHEMA))
            })
    @APIResponse(
            responseCode = "200",
            description = "The policy is set",
            content = @Content(schema = @Schema(implementation = PolicyAnswer.class)))
    @APIResponse(responseCode = "400", description = "The document cannot be read", ref = "Problem")
    @APIResponse(responseCode = "422", description = "Fields are wrong", ref = "Problem")
    @APIResponse(responseCode = "503", description = "Store or broker do not answer", ref = "Problem")
    public Response applyYaml(@Parameter(hidden = true) InputStream body) {
        return apply(body, Syntax.YAML, Optional.empty());
    }

    /** Sets a policy written in JSON. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Response applyJson(InputStream body) {
        return apply(body, Syntax.JSON, Optional.empty());
    }

    /** Sets a policy of a name, written in YAML. */
    @PUT
    @Path("/{name}")
    @Consumes({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
    @Operation(hidden = true)
    public Response putYaml(@PathParam("name") String name, InputStream body) {
        return apply(body, Syntax.YAML, Optional.of(named(name)));
    }

    /** Sets a policy of a name, written in JSON. */
    @PUT
    @Path("/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(operationId = "putPolicy", summary = "Set the policy of a name")
    public Response putJson(@PathParam("name") String name, @Parameter(hidden = true) InputStream body) {
        return apply(body, Syntax.JSON, Optional.of(named(name)));
    }

    private Response apply(InputStream body, Syntax syntax, Optional<String> name) {
        PolicyDefined policy = desk.apply(
                Bodies.document(body, syntax, config.submission().maxBytes().asLongValue()), name);
        return Response.ok(answer(policy))
                .location(URI.create("/v1/policies/" + policy.name()))
                .build();
    }

    private PolicyAnswer answer(PolicyDefined policy) {
        return board.read(mesh -> PolicyAnswer.of(policy, mesh));
    }

    /** Lists policies. */
    @GET
    @Operation(operationId = "listPolicies", summary = "List policies by name")
    public PolicyList list() {
        return board.read(mesh -> new PolicyList(mesh.policies().policies().stream()
                .map(policy -> PolicyAnswer.of(policy, mesh))
                .toList()));
    }

    /** Tells of a policy. */
    @GET
    @Path("/{name}")
    @Operation(operationId = "getPolicy", summary = "A policy and what its triggers said last")
    @APIResponse(responseCode = "404", description = "There is no such policy", ref = "Problem")
    public PolicyAnswer get(@PathParam("name") String name) {
        return answer(desk.policy(name));
    }

    /** Withdraws a policy. */
    @DELETE
    @Path("/{name}")
    @Operation(operationId = "withdrawPolicy", summary = "Withdraw a policy; its runs go on")
    @APIResponse(responseCode = "204", description = "It fires no more")
    @APIResponse(responseCode = "404", description = "There is no such policy", ref = "Problem")
    public Response withdraw(@PathParam("name") String name) {
        desk.withdraw(name);
        return Response.noContent().build();
    }

    /** Enables a policy. */
    @POST
    @Path("/{name}/enable")
    @Operation(operationId = "enablePolicy", summary = "Let a policy fire; what happened meanwhile counts")
    public PolicyAnswer enable(@PathParam("name") String name) {
        return answer(desk.enable(name, true));
    }

    /** Disables a policy. */
    @POST
    @Path("/{name}/disable")
    @Operation(operationId = "disablePolicy", summary = "Keep a policy from firing")
    public PolicyAnswer disable(@PathParam("name") String name) {
        return answer(desk.enable(name, false));
    }

    /** Asks for a firing. */
    @POST
    @Path("/{name}/fire")
    @Operation(
            operationId = "firePolicy",
            summary = "Fire a policy now",
            description =
                    "Cool-down and the switch are not asked, concurrency and budget are. The policy's page says what came of it.")
    @APIResponse(
            responseCode = "202",
            description = "The triggers are told",
            content = @Content(schema = @Schema(implementation = FireReceipt.class)))
    public Response fire(
            @PathParam("name") String name,
            @Parameter(description = "Only say what would be run") @QueryParam("dry_run") String dryRun,
            @Parameter(description = "Why, for the record") @QueryParam("reason") String reason) {
        if (dryRun != null && !dryRun.equals("true") && !dryRun.equals("false")) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the query parameter dry_run is '" + Parameters.shown(dryRun) + "', allowed: true or false");
        }
        boolean dry = "true".equals(dryRun);
        String said = reason == null || reason.isBlank() ? "asked for through the gateway" : Parameters.shown(reason);
        String request = triggers.fire(name, dry, said);
        return Response.accepted(new FireReceipt(name, request, dry, new PolicyAnswer.Links("/v1/policies/" + name)))
                .build();
    }

    private static String named(String name) {
        if (!PolicyReader.NAME.matcher(name).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the name is '" + Parameters.shown(name)
                            + "', allowed: 1 to 64 letters, digits or . _ - beginning with a letter or digit");
        }
        return name;
    }
}
