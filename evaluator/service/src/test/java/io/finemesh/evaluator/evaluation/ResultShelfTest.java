package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultShelfTest {
    @TempDir
    Path directory;

    private final EvaluationCompleted result = new EvaluationCompleted(
            new EvaluationId("run-1:5"),
            Optional.of(new RunId("run-1")),
            new CheckpointId("ck-1"),
            5,
            "digest",
            List.of(new TaskScore("held_out_loss", "loss", 1.25, OptionalDouble.of(0.5), 3, false)),
            17,
            Optional.empty(),
            Optional.empty());

    @Test
    void aResultOutlivesTheProcess() throws Exception {
        new ResultShelf(directory).keep(result);

        assertThat(new ResultShelf(directory).find(result.evaluation())).contains(result);
        assertThat(new ResultShelf(directory).find(new EvaluationId("run-1:6"))).isEmpty();
    }

    @Test
    void aDamagedResultIsComputedAgain() throws Exception {
        ResultShelf shelf = new ResultShelf(directory);
        shelf.keep(result);
        try (var files = Files.list(directory)) {
            Files.writeString(files.findFirst().orElseThrow(), "{\"evaluation\":");
        }

        assertThat(shelf.find(result.evaluation())).isEmpty();
    }
}
