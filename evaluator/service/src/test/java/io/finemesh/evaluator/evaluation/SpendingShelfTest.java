package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What evaluators say that they spend, as those hear it who go on in their place. */
class SpendingShelfTest {
    private static final EvaluationId EVALUATION = new EvaluationId("ev-1");
    private static final BlobDigest KEY = new BlobDigest("ab".repeat(32));

    @TempDir
    Path directory;

    private static JudgeSpending spending(String evaluator, long requests) {
        return new JudgeSpending(
                EVALUATION, Optional.empty(), new CheckpointId("ck-" + "0".repeat(32)), KEY, evaluator, requests, 7);
    }

    @Test
    void theLastWordOfEachHoldsAndIsThereInTheNextLife() throws Exception {
        SpendingShelf shelf = new SpendingShelf(directory);
        shelf.heard(spending("a", 16));
        shelf.heard(spending("a", 3));
        shelf.heard(spending("b", 5));

        assertThat(new SpendingShelf(directory).others(EVALUATION, KEY, "b")).containsExactly(spending("a", 3));
    }

    @Test
    void aDraftThatAKillLeftIsNotSpentOnceMore() throws Exception {
        SpendingShelf shelf = new SpendingShelf(directory);
        shelf.heard(spending("a", 3));
        Path folder = directory.resolve(EVALUATION.value());
        try (Stream<Path> files = Files.list(folder)) {
            Files.copy(files.findFirst().orElseThrow(), folder.resolve("draft1.part"));
        }

        assertThat(shelf.others(EVALUATION, KEY, "b")).containsExactly(spending("a", 3));
    }

    @Test
    @Timeout(60)
    void whatTheDiskDoesNotTakeIsNeitherWaitedForInVainNorForgotten() throws Exception {
        SpendingShelf shelf = new SpendingShelf(directory);
        Files.createFile(directory.resolve(EVALUATION.value()));
        shelf.expect(spending("a", 3));
        shelf.heard(spending("a", 3));
        shelf.heard(spending("b", 5));

        shelf.await(spending("a", 3), () -> {});

        assertThat(shelf.others(EVALUATION, KEY, "a")).containsExactly(spending("b", 5));
        shelf.ended(EVALUATION);
        assertThat(shelf.others(EVALUATION, KEY, "a")).isEmpty();
    }

    @Test
    @Timeout(60)
    void whatWasHeardIsNotWaitedForAfterTheEvaluationsEnd() throws Exception {
        SpendingShelf shelf = new SpendingShelf(directory);
        shelf.heard(spending("a", 3));
        shelf.expect(spending("a", 3));
        RangeShelf.Interruption stop = () -> {
            throw new InterruptedException("nobody wants it");
        };

        assertThatThrownBy(() -> shelf.await(spending("a", 3), stop))
                .as("what an earlier life said is not it")
                .isInstanceOf(InterruptedException.class);

        shelf.expect(spending("a", 4));
        shelf.heard(spending("a", 4));
        shelf.ended(EVALUATION);
        shelf.await(spending("a", 4), () -> {});
    }
}
