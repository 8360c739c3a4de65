package io.finemesh.gateway.http;

import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.time.Duration;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Until the views are rebuilt, whatever is answered from them would be wrong: a known run would be unknown. */
public class ReadinessGate {
    private static final List<String> FROM_VIEWS = List.of(
            "/v1/runs",
            "/v1/trainers",
            "/v1/checkpoints",
            "/v1/policies",
            "/v1/connectors",
            "/v1/impact",
            "/v1/aliases",
            "/v1/evaluations");

    private final Board board;

    /** Asks this board. */
    public ReadinessGate(Board board) {
        this.board = board;
    }

    /** Refuses what cannot be answered yet. */
    @ServerRequestFilter
    public void check(ContainerRequestContext request) {
        String path = request.getUriInfo().getPath();
        if (!board.rebuilt() && FROM_VIEWS.stream().anyMatch(path::startsWith)) {
            throw ProblemException.later(
                    ProblemType.VIEWS_NOT_READY,
                    "the gateway is still reading what happened before it started; /q/health/ready says when it is done",
                    Duration.ofSeconds(1),
                    null);
        }
    }
}
