package io.finemesh.evaluator.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    void parallelRequestsAreCountedEachInWholeLines() throws Exception {
        Path file = directory.resolve("ev-1");
        int requests = 200;
        try (SpendingJournal journal = SpendingJournal.open(file);
                ExecutorService judges = Executors.newFixedThreadPool(8)) {
            Spending spending = new Spending(new JudgeLimits(requests, Long.MAX_VALUE), 0, 0, new Spending.Ledger() {
                @Override
                public void sending(long sent, long tokens) {
                    keep(journal::sending);
                }

                @Override
                public void answered(long tokens) {
                    keep(() -> journal.answered(tokens));
                }
            });
            List<Callable<Boolean>> asked = Collections.nCopies(requests + 50, () -> {
                boolean barred = spending.barred().isPresent();
                if (!barred) {
                    spending.used(3);
                }
                return barred;
            });
            int refused = 0;
            for (Future<Boolean> one : judges.invokeAll(asked)) {
                refused += one.get() ? 1 : 0;
            }
            assertThat(refused).isEqualTo(50);
        }
        assertThat(Files.readAllLines(file)).hasSize(2 * requests).containsOnly("sending", "answered 3");
        try (SpendingJournal journal = SpendingJournal.open(file)) {
            assertThat(journal.requests()).isEqualTo(requests);
            assertThat(journal.tokens()).isEqualTo(3L * requests);
        }
    }

    private interface Writing {
        void run() throws IOException;
    }

    private static void keep(Writing writing) {
        try {
            writing.run();
        } catch (IOException full) {
            throw new UncheckedIOException(full);
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
