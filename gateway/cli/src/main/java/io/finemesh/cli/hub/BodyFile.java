package io.finemesh.cli.hub;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Writes the body of an answer to a file as it comes: 206 behind what is there, 200 in its place, other answers nowhere. What came before an end in the middle stays. */
final class BodyFile implements BodyHandler<Void>, AutoCloseable {
    private final Path target;
    private final long have;
    private final long mostBytes;
    private OutputStream out = OutputStream.nullOutputStream();
    private long length;
    private long received;
    private boolean closed;
    private boolean tooLong;

    /** More bytes come than are taken. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** @param have bytes that lie at the target */
    BodyFile(Path target, long have, long mostBytes) {
        this.target = target;
        this.have = have;
        this.mostBytes = mostBytes;
    }

    @Override
    public BodySubscriber<Void> apply(ResponseInfo info) {
        boolean goesOn = info.statusCode() == 206;
        if (!goesOn && info.statusCode() != 200) {
            return BodySubscribers.discarding();
        }
        try {
            open(goesOn, info.headers().firstValueAsLong("Content-Length").orElse(0));
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        return BodySubscribers.ofByteArrayConsumer(this::take);
    }

    private synchronized void open(boolean goesOn, long announced) throws IOException {
        length = goesOn ? have : 0;
        if (announced > mostBytes - length) {
            tooLong = true;
            throw new TooLongException();
        }
        out = new BufferedOutputStream(Files.newOutputStream(
                target,
                StandardOpenOption.CREATE,
                goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE));
    }

    private synchronized void take(Optional<byte[]> piece) {
        if (piece.isEmpty() || closed) {
            return;
        }
        length += piece.get().length;
        received += piece.get().length;
        try {
            if (length > mostBytes) {
                tooLong = true;
                throw new TooLongException();
            }
            out.write(piece.get());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Bytes that came. */
    synchronized long received() {
        return received;
    }

    /** Whether more came than is taken. */
    synchronized boolean tooLong() {
        return tooLong;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        out.close();
    }
}
