package io.finemesh.engine.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Kernel texts, one file a family. The same text is compiled for devices and, through an emulation header, for the host in tests. */
public enum KernelSource {
    /** AdamW with 8-bit moments, one pass. */
    ADAM_8BIT("adam_8bit.cu", List.of("adam_8bit_step")),
    /** Into the low-rank subspace, and back onto the weights. */
    PROJECTION("projection.cu", List.of("project", "project_back_update"));

    private final String file;
    private final List<String> functions;

    KernelSource(String file, List<String> functions) {
        this.file = file;
        this.functions = functions;
    }

    /** Name of the file, for messages of compilers. */
    public String file() {
        return file;
    }

    /** Entry points in it. */
    public List<String> functions() {
        return functions;
    }

    /** The text. */
    public String text() {
        try (InputStream bytes = KernelSource.class.getResourceAsStream(file)) {
            if (bytes == null) {
                throw new IllegalStateException("the kernel source " + file + " is missing from this build");
            }
            return new String(bytes.readAllBytes(), UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the kernel source " + file + " cannot be read", unreadable);
        }
    }
}
