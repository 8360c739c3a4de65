package io.finemesh.gateway.http;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.registry.ApprovePromotion;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.registry.RegistryCommand;
import io.finemesh.contract.registry.RejectPromotion;
import io.finemesh.gateway.admission.AliasReader;
import io.finemesh.gateway.admission.NearestName;
import io.finemesh.gateway.answer.AliasAnswer;
import io.finemesh.gateway.answer.AliasList;
import io.finemesh.gateway.answer.WhyAnswer;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.submission.AliasWishes;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RegistryBook;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Aliases: where they stand and why, and what people want of them. */
@Path("/v1/aliases")
@Tag(name = "aliases", description = "Which checkpoint a model's alias stands for, and why")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class AliasResource {
    private static final String EXAMPLE =
            "{\"checkpoint\": \"ck-0f3a...\", \"reason\": \"better on hard sums\", \"by\": \"ada\"}";

    private final AliasWishes wishes;
    private final Board board;
    private final GatewayConfig config;

    /** Wires what the resource asks. */
    public AliasResource(AliasWishes wishes, Board board, GatewayConfig config) {
        this.wishes = wishes;
        this.board = board;
        this.config = config;
    }

    /** Lists aliases. */
    @GET
    @Operation(operationId = "listAliases", summary = "Every alias of every model")
    public AliasList list() {
        return new AliasList(board.read(
                mesh -> mesh.registry().pages().stream().map(AliasAnswer::of).toList()));
    }

    /** Tells of one alias. */
    @GET
    @Path("/{model}/{alias}")
    @Operation(operationId = "getAlias", summary = "Where an alias stands, its moves and the decisions about it")
    @APIResponse(responseCode = "404", description = "There is no such alias", ref = "Problem")
    public AliasAnswer get(@PathParam("model") String model, @PathParam("alias") String alias) {
        return board.read(mesh -> AliasAnswer.of(page(mesh, model, alias)));
    }

    /** Explains an alias. */
    @GET
    @Path("/{model}/{alias}/why")
    @Operation(
            operationId = "whyAlias",
            summary = "Why an alias stands where it does, back to the data and the trigger")
    @APIResponse(responseCode = "404", description = "There is no such alias", ref = "Problem")
    public WhyAnswer why(@PathParam("model") String model, @PathParam("alias") String alias) {
        return board.read(mesh -> WhyAnswer.of(mesh, page(mesh, model, alias)));
    }

    /** Moves an alias. */
    @PUT
    @Path("/{model}/{alias}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(operationId = "moveAlias", summary = "Let an alias stand for a checkpoint, whatever a gate says")
    @RequestBody(content = @Content(schema = @Schema(examples = EXAMPLE)))
    @APIResponse(responseCode = "202", description = "The scheduler is told")
    @APIResponse(responseCode = "422", description = "Fields are wrong", ref = "Problem")
    public Response move(
            @PathParam("model") String model,
            @PathParam("alias") String alias,
            @Parameter(hidden = true) InputStream body,
            @HeaderParam("Idempotency-Key") String key) {
        AliasReader.Wish wish = wish(body, true);
        CheckpointId to = wishes.checkpoint(wish.checkpoint().orElseThrow());
        return told(new MoveAlias(
                named(model),
                aliased(alias),
                Optional.of(to),
                wishes.request(Parameters.idempotencyKey(key)),
                AliasWishes.by(wish),
                AliasWishes.reason(wish)));
    }

    /** Takes the last move back. */
    @POST
    @Path("/{model}/{alias}/rollback")
    @Operation(operationId = "rollbackAlias", summary = "Let an alias stand for what it stood for before")
    @APIResponse(responseCode = "202", description = "The scheduler is told")
    @APIResponse(responseCode = "409", description = "Nothing held the alias before", ref = "Problem")
    public Response rollback(
            @PathParam("model") String model,
            @PathParam("alias") String alias,
            @Parameter(hidden = true) InputStream body,
            @HeaderParam("Idempotency-Key") String key) {
        AliasReader.Wish wish = wish(body, false);
        board.read(mesh -> {
            if (page(mesh, model, alias).moves().size() < 2) {
                throw ProblemException.of(
                        ProblemType.ALIAS_STAYS, "nothing held " + model + "@" + alias + " before, so it stays");
            }
            return true;
        });
        return told(new MoveAlias(
                model,
                alias,
                Optional.empty(),
                wishes.request(Parameters.idempotencyKey(key)),
                AliasWishes.by(wish),
                AliasWishes.reason(wish)));
    }

    /** Says yes to a challenger. */
    @POST
    @Path("/{model}/{alias}/approve")
    @Operation(operationId = "approvePromotion", summary = "Say yes to the challenger that waits for it")
    @APIResponse(responseCode = "202", description = "The scheduler is told")
    @APIResponse(responseCode = "409", description = "No challenger waits", ref = "Problem")
    public Response approve(
            @PathParam("model") String model,
            @PathParam("alias") String alias,
            @Parameter(hidden = true) InputStream body) {
        AliasReader.Wish wish = wish(body, false);
        return told(new ApprovePromotion(
                model, alias, waiting(model, alias), AliasWishes.by(wish), AliasWishes.reason(wish)));
    }

    /** Says no to a challenger. */
    @POST
    @Path("/{model}/{alias}/reject")
    @Operation(operationId = "rejectPromotion", summary = "Say no to the challenger that waits for approval")
    @APIResponse(responseCode = "202", description = "The scheduler is told")
    @APIResponse(responseCode = "409", description = "No challenger waits", ref = "Problem")
    public Response reject(
            @PathParam("model") String model,
            @PathParam("alias") String alias,
            @Parameter(hidden = true) InputStream body) {
        AliasReader.Wish wish = wish(body, false);
        return told(new RejectPromotion(
                model, alias, waiting(model, alias), AliasWishes.by(wish), AliasWishes.reason(wish)));
    }

    private Response told(RegistryCommand command) {
        wishes.tell(command);
        return Response.accepted(board.read(mesh -> AliasAnswer.of(mesh.registry()
                        .page(command.model(), command.alias())
                        .orElseGet(
                                () -> new RegistryBook.Page(command.model(), command.alias(), List.of(), List.of())))))
                .build();
    }

    private CheckpointId waiting(String model, String alias) {
        return board.read(mesh -> page(mesh, model, alias).awaiting())
                .map(decided -> decided.event().challenger())
                .orElseThrow(() -> ProblemException.of(
                        ProblemType.ALIAS_STAYS,
                        "no challenger waits for a word about " + model + "@" + alias
                                + "; its page says what the gate decided"));
    }

    private AliasReader.Wish wish(InputStream body, boolean named) {
        AliasReader.Wish wish = AliasReader.read(
                Bodies.document(
                        body, Syntax.JSON, config.submission().maxBytes().asLongValue()),
                named);
        if (!wish.problems().isEmpty()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    wish.problems().getFirst().message(),
                    wish.problems().stream().map(ProblemDetail::of).toList());
        }
        return wish;
    }

    private static String named(String model) {
        return Parameters.modelName(model);
    }

    private static String aliased(String alias) {
        if (!AliasReader.ALIAS.matcher(alias).matches()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_IDENTIFIER,
                    "the alias is '" + Parameters.shown(alias)
                            + "', allowed: 1 to 32 small letters, digits or - beginning with a letter");
        }
        return alias;
    }

    private static RegistryBook.Page page(MeshView mesh, String model, String alias) {
        return mesh.registry().page(model, alias).orElseThrow(() -> {
            List<String> known = mesh.registry().pages().stream()
                    .map(one -> one.model() + "@" + one.alias())
                    .toList();
            return ProblemException.unknown(
                    ProblemType.UNKNOWN_ALIAS,
                    "there is no alias " + Parameters.shown(model + "@" + alias),
                    NearestName.several(model + "@" + alias, known, 3));
        });
    }
}
