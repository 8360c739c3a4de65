package io.finemesh.local.home;

import io.finemesh.local.process.ProcessDescription;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/** Held by the one mesh that uses a home. The system releases it when the process ends, however it ends. */
public final class HomeLock implements AutoCloseable {
    private final MeshHome home;
    private final FileChannel channel;

    private HomeLock(MeshHome home, FileChannel channel) {
        this.home = home;
        this.channel = channel;
    }

    /**
     * Creates the home if it is missing and locks it.
     *
     * @return empty when another mesh holds it; {@link #holder} says which
     */
    public static Optional<HomeLock> acquire(MeshHome home) throws IOException {
        Files.createDirectories(home.directory());
        FileChannel channel = FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            // The same answer as when another process holds it.
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            return Optional.empty();
        }
        HomeLock held = new HomeLock(home, channel);
        Files.writeString(home.pidFile(), ProcessHandle.current().pid() + "\n");
        return Optional.of(held);
    }

    /** The process that wrote its id into the home last, if it is still there. */
    public static Optional<ProcessDescription> holder(MeshHome home) {
        OptionalLong pid = readPid(home.pidFile());
        return pid.isPresent() && ProcessHandle.of(pid.getAsLong()).isPresent()
                ? Optional.of(ProcessDescription.of(pid.getAsLong()))
                : Optional.empty();
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(home.pidFile());
        channel.close();
    }

    private static OptionalLong readPid(Path file) {
        try {
            return Files.exists(file)
                    ? OptionalLong.of(Long.parseLong(Files.readString(file).strip()))
                    : OptionalLong.empty();
        } catch (IOException | NumberFormatException unreadable) {
            return OptionalLong.empty();
        }
    }
}
