package io.finemesh.gateway.http;

import io.finemesh.gateway.answer.TrainerAnswer;
import io.finemesh.gateway.answer.TrainerList;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who trains. */
@Path("/v1/trainers")
@Tag(name = "trainers", description = "Who trains, on what, and what it is doing")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class TrainerResource {
    private final Board board;
    private final Clock clock;
    private final Duration silentAfter;

    /** Wires what the resource asks. */
    public TrainerResource(Board board, Clock clock, GatewayConfig config) {
        this.board = board;
        this.clock = clock;
        this.silentAfter = config.trainers().silentAfter();
    }

    /** Lists trainers. */
    @GET
    @Operation(operationId = "listTrainers", summary = "List trainers with device, memory and current lease")
    public TrainerList list() {
        Instant now = clock.instant();
        return board.read(mesh -> new TrainerList(mesh.trainers().stream()
                .map(trainer -> TrainerAnswer.of(trainer, now, silentAfter))
                .toList()));
    }
}
