package io.finemesh.gateway.http;

import io.finemesh.contract.id.RunId;
import io.finemesh.gateway.admission.NearestName;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RunView;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Function;

/** Reads something of a run that must exist. */
@ApplicationScoped
public class RunLookup {
    private final Board board;

    /** Asks this board. */
    public RunLookup(Board board) {
        this.board = board;
    }

    /**
     * Reads of a run; what is returned must not refer to the view.
     *
     * @throws ProblemException when there is no such run, with the nearest ids
     */
    public <R> R read(RunId id, Function<RunView, R> question) {
        return board.read(mesh -> mesh.run(id).map(question).orElseThrow(() -> unknown(mesh, id)));
    }

    private static ProblemException unknown(MeshView mesh, RunId id) {
        List<String> ids = mesh.runIds().stream().map(RunId::value).toList();
        return ProblemException.unknown(
                ProblemType.UNKNOWN_RUN, "there is no run " + id, NearestName.several(id.value(), ids, 3));
    }
}
