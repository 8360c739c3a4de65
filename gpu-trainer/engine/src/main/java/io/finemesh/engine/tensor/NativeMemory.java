package io.finemesh.engine.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;

/**
 * What the process holds, as the operating system sees it: tensors are allocated outside the Java heap, so heap figures say nothing about them.
 *
 * @param residentBytes physical memory of the process now
 * @param peakResidentBytes the most it had since it started
 * @param pointers live native objects owned by Java code; a number that grows from step to step is a leak
 */
public record NativeMemory(long residentBytes, long peakResidentBytes, long pointers) {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** Reads the figures; where the operating system has no {@code /proc}, the peak is the present figure. */
    public static NativeMemory now() {
        if (!Files.isReadable(STATUS)) {
            long resident = Pointer.physicalBytes();
            return new NativeMemory(resident, resident, Pointer.totalCount());
        }
        try {
            long resident = 0;
            long peak = 0;
            for (String line :
                    Files.readString(STATUS, StandardCharsets.US_ASCII).split("\n")) {
                if (line.startsWith("VmRSS:")) {
                    resident = kibibytes(line);
                } else if (line.startsWith("VmHWM:")) {
                    peak = kibibytes(line);
                }
            }
            return new NativeMemory(resident, peak, Pointer.totalCount());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the memory figures of this process", e);
        }
    }

    /** Whether an allocation failed. LibTorch has no type for it: its CPU and CUDA allocators say it in words, as a plain runtime exception. */
    public static boolean isExhausted(Throwable thrown) {
        if (!(thrown instanceof RuntimeException)) {
            return false;
        }
        String message = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("out of memory")
                || message.contains("not enough memory")
                || message.contains("can't allocate memory");
    }

    private static long kibibytes(String line) {
        String digits = line.replaceAll("[^0-9]", "");
        return Long.parseLong(digits) * 1024;
    }
}
