package io.finemesh.evaluator.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpendingJournalTest {
    @TempDir
    Path directory;

    @Test
    void whatWasSpentIsFoundAgainAndARequestWithoutAnAnswerCountsWithTheLongestReply() throws IOException {
        Path file = directory.resolve("key/ev-1");
        try (SpendingJournal journal = SpendingJournal.open(file)) {
            assertThat(journal.requests()).isZero();
            journal.sending();
            journal.sending();
            journal.answered(120);
        }

        for (int life = 0; life < 2; life++) {
            try (SpendingJournal journal = SpendingJournal.open(file)) {
                assertThat(journal.requests()).isEqualTo(2);
                assertThat(journal.tokens()).isEqualTo(120 + 2048);
            }
        }
    }

    @Test
    void halfALineIsCutOffAndWhatFollowsIsWhole() throws IOException {
        Path file = directory.resolve("ev-1");
        try (SpendingJournal journal = SpendingJournal.open(file)) {
            journal.sending();
            journal.answered(7);
        }
        Files.writeString(file, "send", StandardOpenOption.APPEND);

        try (SpendingJournal journal = SpendingJournal.open(file)) {
            assertThat(journal.requests()).isEqualTo(1);
            journal.sending();
            journal.answered(5);
        }
        assertThat(Files.readAllLines(file)).containsExactly("sending", "answered 7", "sending", "answered 5");
    }
}
