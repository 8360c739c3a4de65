package io.finemesh.gateway.http;

import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.gateway.answer.ImpactAnswer;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.lineage.Impact;
import io.finemesh.gateway.lineage.Suspect;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.store.ArtifactStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What bad data has touched. */
@Path("/v1/impact")
@Tag(name = "datasets", description = "Data sets as immutable versions")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class ImpactResource {
    private final Board board;
    private final ArtifactStore store;

    /** Wires what the resource asks. */
    public ImpactResource(Board board, ArtifactStore store) {
        this.board = board;
        this.store = store;
    }

    /** Follows a data set, a version or a row. */
    @GET
    @Path("/{dataset}")
    @Operation(
            operationId = "getImpact",
            summary = "Runs, checkpoints and model names that a data set, a version or a row has touched",
            description =
                    "A name, name@number, or a name with a row. A run touches its checkpoints from the step on that first reads the row; so does all of a run that starts from one of those.")
    @APIResponse(responseCode = "404", description = "There is no such data set or row", ref = "Problem")
    public ImpactAnswer impact(
            @PathParam("dataset") String dataset,
            @Parameter(
                            description =
                                    "A row of a data set that grows: its id, the first 8 or more digits of it, or slice and place such as 3.17; of one that was uploaded whole: its number, from 1")
                    @QueryParam("row")
                    String row) {
        String asked = Parameters.datasetName(dataset);
        int at = asked.indexOf('@');
        String name = at < 0 ? asked : asked.substring(0, at);
        DatasetDescriptor described = store.dataset(asked)
                .orElseThrow(
                        () -> ProblemException.of(ProblemType.UNKNOWN_DATASET, "there is no data set '" + asked + "'"));
        if (row != null && described.growth().isEmpty()) {
            return answer(name, Optional.empty(), numbered(described, row));
        }
        if (row != null && at >= 0) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "the data set is '" + asked + "' and the row '" + Parameters.shown(row)
                            + "', but a row says itself in which versions it is; leave @ and number out");
        }
        Optional<RowDescriptor> found = Optional.ofNullable(row).map(each -> store.row(name, each));
        return answer(
                name,
                found,
                found.map(Suspect::row)
                        .orElseGet(() -> at < 0
                                ? Suspect.dataset(name)
                                : Suspect.version(name, described.version().number())));
    }

    /** A row of a version that was uploaded whole. */
    private static Suspect numbered(DatasetDescriptor dataset, String row) {
        boolean number = row.matches("[1-9][0-9]{0,9}");
        if (!number || Long.parseLong(row) > dataset.samples()) {
            throw ProblemException.of(
                    number ? ProblemType.UNKNOWN_RESOURCE : ProblemType.MALFORMED_REQUEST,
                    dataset.version() + " was uploaded whole and has no row '" + Parameters.shown(row)
                            + "'; allowed: a number from 1 to " + dataset.samples());
        }
        return Suspect.row(dataset.name(), dataset.version().number(), Long.parseLong(row) - 1);
    }

    private ImpactAnswer answer(String name, Optional<RowDescriptor> found, Suspect suspect) {
        List<ModelDescriptor> models = store.models();
        return board.read(mesh -> ImpactAnswer.of(name, found, Impact.of(suspect, mesh), mesh, models));
    }
}
