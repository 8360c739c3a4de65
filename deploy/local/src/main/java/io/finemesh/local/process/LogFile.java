package io.finemesh.local.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The output of one component. It is moved aside when a process starts to write to it and it has grown too large; a few old files
 * are kept as {@code name.log.1} (the newest) and so on.
 */
public record LogFile(Path path) {
    static final long LARGEST_BYTES = 8L * 1024 * 1024;
    static final int OLD_FILES = 3;

    private static final int TAIL_BYTES = 256 * 1024;
    private static final Duration FOLLOW_PAUSE = Duration.ofMillis(200);

    /** Called before a process starts to write. */
    public void rotate() throws IOException {
        rotate(LARGEST_BYTES);
    }

    void rotate(long largestBytes) throws IOException {
        Files.createDirectories(path.getParent());
        if (!Files.exists(path) || Files.size(path) <= largestBytes) {
            return;
        }
        for (int number = OLD_FILES; number > 1; number--) {
            if (Files.exists(old(number - 1))) {
                Files.move(old(number - 1), old(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(path, old(1), StandardCopyOption.REPLACE_EXISTING);
    }

    /** The last lines, at most this many, without those of earlier files. Empty when nothing was written yet. */
    public List<String> tail(int lines) throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long start = Math.max(0, file.length() - TAIL_BYTES);
            file.seek(start);
            byte[] bytes = new byte[Math.toIntExact(file.length() - start)];
            file.readFully(bytes);
            List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            // The first of them is the rest of a line when the file is longer than what was read.
            List<String> whole = start == 0 || all.isEmpty() ? all : all.subList(1, all.size());
            return List.copyOf(whole.subList(Math.max(0, whole.size() - lines), whole.size()));
        }
    }

    /**
     * Copies what is written from now on, in whatever file the component writes to, until told to stop.
     *
     * @param fromStart also copy what is there already
     */
    public void follow(OutputStream target, boolean fromStart, BooleanSupplier stop)
            throws IOException, InterruptedException {
        long position = fromStart || !Files.exists(path) ? 0 : Files.size(path);
        boolean last;
        do {
            // Asked before the copy: what was written before the stop is still shown.
            last = stop.getAsBoolean();
            if (Files.exists(path)) {
                long length = Files.size(path);
                position = copy(length < position ? 0 : position, target);
            }
            if (!last) {
                Thread.sleep(FOLLOW_PAUSE);
            }
        } while (!last);
    }

    private long copy(long position, OutputStream target) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(position);
            byte[] buffer = new byte[16 * 1024];
            for (int read = file.read(buffer); read > 0; read = file.read(buffer)) {
                target.write(buffer, 0, read);
            }
            target.flush();
            return file.getFilePointer();
        }
    }

    private Path old(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }
}
