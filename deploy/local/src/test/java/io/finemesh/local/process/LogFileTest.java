package io.finemesh.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    Path folder;

    private LogFile log;

    @BeforeEach
    void name() {
        log = new LogFile(folder.resolve("logs/gateway.log"));
    }

    @Test
    void isMovedAsideWhenTooLargeAndFewOldOnesAreKept() throws Exception {
        for (int i = 1; i <= 6; i++) {
            log.rotate(5);
            Files.writeString(log.path(), "start " + i);
        }

        try (var files = Files.list(folder.resolve("logs"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("gateway.log", "gateway.log.1", "gateway.log.2", "gateway.log.3");
        }
        assertThat(log.path()).hasContent("start 6");
        assertThat(folder.resolve("logs/gateway.log.1")).hasContent("start 5");
        assertThat(folder.resolve("logs/gateway.log.3")).hasContent("start 3");
    }

    @Test
    void isLeftAloneWhileSmall() throws Exception {
        log.rotate(5);
        Files.writeString(log.path(), "12345");
        log.rotate(5);

        assertThat(log.path()).hasContent("12345");
    }

    @Test
    void tailHasTheLastLines() throws Exception {
        assertThat(log.tail(3)).isEmpty();
        log.rotate();
        Files.writeString(log.path(), lines(1, 10));

        assertThat(log.tail(3)).containsExactly("line 8", "line 9", "line 10");
        assertThat(log.tail(100)).hasSize(10);
    }

    @Test
    void tailOfALargeFileHasWholeLinesOnly() throws Exception {
        log.rotate();
        Files.writeString(log.path(), lines(1, 100_000));

        List<String> tail = log.tail(1_000_000);
        assertThat(tail).hasSizeLessThan(100_000).allMatch(line -> line.startsWith("line "));
        assertThat(tail).last().isEqualTo("line 100000");
        assertThat(tail).first().isEqualTo("line " + (100_001 - tail.size()));
    }

    @Test
    void followShowsWhatIsAddedEvenAcrossARotation() throws Exception {
        log.rotate();
        Files.writeString(log.path(), "before\n");
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Iterator<Runnable> happenings = List.<Runnable>of(() -> append("first\n"), this::startAnew, () -> {})
                .iterator();

        log.follow(shown, false, () -> {
            happenings.next().run();
            return !happenings.hasNext();
        });

        assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo("first\nnew\n");
    }

    private void append(String text) {
        try {
            Files.writeString(log.path(), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void startAnew() {
        try {
            log.rotate(1);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        append("new\n");
    }

    private static String lines(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> "line " + i + "\n")
                .collect(Collectors.joining());
    }
}
