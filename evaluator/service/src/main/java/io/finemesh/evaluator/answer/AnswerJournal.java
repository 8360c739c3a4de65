package io.finemesh.evaluator.answer;

import io.finemesh.evaluator.task.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * The answers of one range so far, on disk as they come, so that a process that was killed goes on behind the last one. A piece is forced to disk before it counts; a piece that was torn by a kill has no
 * line end and is cut off.
 */
public final class AnswerJournal implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AnswerJournal.class);

    private final Path file;
    private final FileChannel channel;
    private final SortedMap<Integer, Answer> answers;

    private AnswerJournal(Path file, FileChannel channel, SortedMap<Integer, Answer> answers) {
        this.file = file;
        this.channel = channel;
        this.answers = answers;
    }

    /** Opens what is there, or nothing. A journal that cannot be read is begun anew: losing it only costs the computation. */
    public static AnswerJournal open(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        SortedMap<Integer, Answer> answers;
        try {
            answers = AnswerLines.decode(Arrays.copyOf(bytes, whole));
        } catch (IllegalArgumentException damaged) {
            LOG.warnf("%s is begun anew: %s", file, damaged.getMessage());
            answers = new TreeMap<>();
            whole = 0;
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(whole);
        channel.position(whole);
        return new AnswerJournal(file, channel, answers);
    }

    /** Everything that is answered, by question. */
    public synchronized SortedMap<Integer, Answer> answers() {
        return new TreeMap<>(answers);
    }

    /** Keeps a piece; returns when it is on disk. Pieces of several threads follow each other whole. */
    public synchronized void append(SortedMap<Integer, Answer> piece) throws IOException {
        ByteBuffer lines = ByteBuffer.wrap(AnswerLines.encode(piece));
        while (lines.hasRemaining()) {
            channel.write(lines);
        }
        channel.force(false);
        answers.putAll(piece);
    }

    /** Forgets everything: the answers are in object storage. */
    public void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
