package io.finemesh.cli.hub;

import static java.util.Objects.requireNonNull;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Writes the body of an answer to a file as it comes: 206 behind what is there, 200 in its place, other answers nowhere. What came before an end in the middle stays. */
final class BodyFile implements BodyHandler<Void>, AutoCloseable {
    private final Path target;
    private final long have;
    private final long mostBytes;
    private final Room room;
    private OutputStream out = OutputStream.nullOutputStream();
    private long length;
    private long received;
    private boolean closed;
    private boolean tooLong;
    private Optional<DiskException> disk = Optional.empty();

    /** More bytes come than are taken. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** What comes cannot be kept here; nothing of it is the hub's fault. */
    static final class DiskException extends IOException {
        private static final long serialVersionUID = 1L;

        DiskException(String message) {
            super(message);
        }
    }

    /** Room on a disk. */
    interface Room {
        /** Bytes that may still be written to the folder's disk. */
        long usableBytes(Path folder) throws IOException;

        /** As the operating system tells it. */
        static long onDisk(Path folder) throws IOException {
            return Files.getFileStore(folder).getUsableSpace();
        }
    }

    /** @param have bytes that lie at the target */
    BodyFile(Path target, long have, long mostBytes, Room room) {
        this.target = target;
        this.have = have;
        this.mostBytes = mostBytes;
        this.room = room;
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
        try {
            long usable = room.usableBytes(requireNonNull(target.getParent(), "a file in a folder"));
            if (announced > usable + (goesOn ? 0 : have)) {
                throw new IOException(announced + " bytes are to come and the disk has room for " + usable);
            }
            out = new BufferedOutputStream(Files.newOutputStream(
                    target,
                    StandardOpenOption.CREATE,
                    goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE));
        } catch (IOException failed) {
            throw ofDisk(failed);
        }
    }

    /** The first failure is the one that is told. */
    private DiskException ofDisk(IOException failed) {
        String reason = failed instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
        DiskException told = disk.orElseGet(() -> new DiskException(reason));
        disk = Optional.of(told);
        return told;
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
            try {
                out.write(piece.get());
            } catch (IOException failed) {
                throw ofDisk(failed);
            }
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

    /** What the disk did not take; empty where it took all. */
    synchronized Optional<DiskException> disk() {
        return disk;
    }

    /** @throws DiskException if the disk does not take the end of what came */
    @Override
    public synchronized void close() throws DiskException {
        closed = true;
        try {
            out.close();
        } catch (IOException failed) {
            throw ofDisk(failed);
        }
    }
}
