package io.finemesh.evaluator.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.evaluator.task.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerJournalTest {
    private static final String HOSTILE =
            "{question_2} %s $1 \\\\ \\n \\u0000 \" \u2028 \ud83d\ude00\n\r\n" + "x".repeat(200_000);

    @TempDir
    Path directory;

    private static SortedMap<Integer, Answer> piece(int id, Answer answer) {
        return new TreeMap<>(Map.of(id, answer));
    }

    @Test
    void whatWasKeptIsFoundAgainWhateverStandsInIt() throws IOException {
        Path file = directory.resolve("key.jsonl");
        try (AnswerJournal journal = AnswerJournal.open(file)) {
            journal.append(piece(0, new Answer.Written(HOSTILE)));
            journal.append(piece(1, new Answer.Unrated(List.of(HOSTILE, ""))));
            journal.append(piece(1, new Answer.Unrated(List.of(HOSTILE, ""), List.of("other", HOSTILE))));
            journal.append(piece(
                    1,
                    new Answer.Judged(
                            List.of(HOSTILE, ""),
                            List.of("other", HOSTILE),
                            List.of(new Answer.Reply(1, 1, "[[A]]"), new Answer.Reply(1, 2, HOSTILE)))));
        }
        assertThat(Files.readAllLines(file)).hasSize(4);
        try (AnswerJournal journal = AnswerJournal.open(file)) {
            assertThat(journal.answers()).hasSize(2).containsEntry(0, new Answer.Written(HOSTILE));
            assertThat(journal.answers().get(1)).isInstanceOfSatisfying(Answer.Judged.class, judged -> {
                assertThat(judged.turns()).containsExactly(HOSTILE, "");
                assertThat(judged.against()).containsExactly("other", HOSTILE);
                assertThat(judged.replies())
                        .containsExactly(new Answer.Reply(1, 1, "[[A]]"), new Answer.Reply(1, 2, HOSTILE));
            });
        }
    }

    @Test
    void aPieceThatWasTornByAKillIsCutOffAndTheNextOneIsWhole() throws IOException {
        Path file = directory.resolve("key.jsonl");
        try (AnswerJournal journal = AnswerJournal.open(file)) {
            journal.append(piece(0, new Answer.Written("zero")));
        }
        Files.writeString(file, "{\"id\":1,\"te", StandardOpenOption.APPEND);

        try (AnswerJournal journal = AnswerJournal.open(file)) {
            assertThat(journal.answers()).containsOnlyKeys(0);
            journal.append(piece(1, new Answer.Written("one")));
        }
        try (AnswerJournal journal = AnswerJournal.open(file)) {
            assertThat(journal.answers()).containsOnlyKeys(0, 1);
        }
    }

    @Test
    void oneThatCannotBeReadIsBegunAnew() throws IOException {
        Path file = Files.writeString(
                directory.resolve("key.jsonl"), "{\"id\":0,\"text\":\"a\"}\n{\"id\":0,\"text\":\"b\"}\n");

        try (AnswerJournal journal = AnswerJournal.open(file)) {
            assertThat(journal.answers())
                    .as("a question that is answered twice")
                    .isEmpty();
        }
        assertThat(file).isEmptyFile();
    }

    @Test
    void parallelAppendsKeepWholeLines() throws Exception {
        Path file = directory.resolve("key.jsonl");
        int pieces = 64;
        try (AnswerJournal journal = AnswerJournal.open(file);
                ExecutorService writers = Executors.newFixedThreadPool(8)) {
            List<Callable<Void>> appends = IntStream.range(0, pieces)
                    .mapToObj(id -> (Callable<Void>) () -> {
                        journal.append(piece(id, new Answer.Written(id + " " + "y".repeat(50_000))));
                        return null;
                    })
                    .toList();
            for (Future<Void> done : writers.invokeAll(appends)) {
                done.get();
            }
            assertThat(journal.answers()).hasSize(pieces);
        }
        assertThat(AnswerLines.decode(Files.readAllBytes(file))).hasSize(pieces);
        assertThat(new String(Files.readAllBytes(file), UTF_8)).hasLineCount(pieces);
    }
}
