package io.finemesh.evaluator.judge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.score.mtbench.JudgeRequest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What one evaluation has spent on a judge for one range, on disk before it is spent: a line {@code sending} for each request and a line {@code answered N} for each that came back. Of a request that was
 * under way when its process was killed nobody knows what it used: it counts with the longest reply.
 */
public final class SpendingJournal implements AutoCloseable {
    private static final String SENDING = "sending";
    private static final String ANSWERED = "answered ";
    /** Not a channel, which would be closed by the interruption of a thread that waits for the judge. */
    private final RandomAccessFile file;

    private final long requests;
    private final long tokens;

    private SpendingJournal(RandomAccessFile file, long requests, long tokens) {
        this.file = file;
        this.requests = requests;
        this.tokens = tokens;
    }

    /** Opens what is there, or nothing. Half a line is what a kill left, and counts as if it were not there. */
    public static SpendingJournal open(Path path) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        String text = Files.exists(path) ? Files.readString(path) : "";
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        long sent = whole.lines().filter(SENDING::equals).count();
        long used = 0;
        long back = 0;
        for (String line : whole.lines().toList()) {
            if (line.startsWith(ANSWERED)) {
                back++;
                used += Long.parseLong(line.substring(ANSWERED.length()));
            }
        }
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        file.setLength(whole.length());
        file.seek(whole.length());
        SpendingJournal journal =
                new SpendingJournal(file, sent, used + Math.max(0, sent - back) * JudgeRequest.LONGEST_REPLY);
        for (long lost = back; lost < sent; lost++) {
            journal.answered(JudgeRequest.LONGEST_REPLY);
        }
        return journal;
    }

    /** Requests of earlier attempts at the range. */
    public long requests() {
        return requests;
    }

    /** Tokens of earlier attempts at the range. */
    public long tokens() {
        return tokens;
    }

    /** Keeps that a request is about to be sent; returns when it is on disk. */
    public void sending() throws IOException {
        append(SENDING);
        file.getFD().sync();
    }

    /** Keeps what a request used. */
    public void answered(long used) throws IOException {
        append(ANSWERED + used);
    }

    private void append(String line) throws IOException {
        file.write((line + "\n").getBytes(UTF_8));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
