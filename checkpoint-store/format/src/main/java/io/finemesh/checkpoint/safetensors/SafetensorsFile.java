package io.finemesh.checkpoint.safetensors;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A validated safetensors file, memory-mapped: opening reads the header only, tensor bytes are paged in when touched. Any thread
 * may read. The file must not be truncated while it is open; the mesh replaces files by renaming, which is safe.
 */
public final class SafetensorsFile implements TensorSource, AutoCloseable {
    private final Header header;
    private final Map<String, TensorInfo> byName;
    private final Arena arena;
    private final MemorySegment content;

    private SafetensorsFile(Header header, Arena arena, MemorySegment content) {
        this.header = header;
        this.arena = arena;
        this.content = content;
        this.byName = HashMap.newHashMap(header.tensors().size());
        header.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    }

    /**
     * Validates and maps a file.
     *
     * @throws SafetensorsException if the file is not valid; nothing is mapped then
     * @throws IOException if the file cannot be read
     */
    public static SafetensorsFile open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long fileBytes = channel.size();
            Header header = readHeader(channel, fileBytes);
            Arena arena = Arena.ofShared();
            try {
                return new SafetensorsFile(header, arena, channel.map(MapMode.READ_ONLY, 0, fileBytes, arena));
            } catch (IOException | RuntimeException failed) {
                arena.close();
                throw failed;
            }
        }
    }

    /**
     * Validates the header of a file of known length.
     *
     * @param channel positioned at the file's first byte; its position afterwards is unspecified
     * @param fileBytes length of the whole file
     * @throws SafetensorsException if the header, or its relation to the length, is not valid
     */
    public static Header readHeader(ReadableByteChannel channel, long fileBytes) throws IOException {
        return HeaderReader.read(new BufferedInputStream(Channels.newInputStream(channel)), fileBytes);
    }

    /**
     * Validates the header of a stream of known length, reading exactly up to the data section.
     *
     * @param in positioned at the first byte; not closed
     * @param fileBytes length of the whole file
     * @throws SafetensorsException if the header, or its relation to the length, is not valid
     */
    public static Header readHeader(InputStream in, long fileBytes) throws IOException {
        return HeaderReader.read(in, fileBytes);
    }

    /** The validated header. */
    public Header header() {
        return header;
    }

    /** The tensors, in the order of their bytes. */
    @Override
    public List<TensorInfo> tensors() {
        return header.tensors();
    }

    @Override
    public Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public MemorySegment bytes(String name) {
        TensorInfo tensor = byName.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor named '" + name + "'");
        }
        return content.asSlice(header.dataOffset() + tensor.beginOffset(), tensor.byteCount());
    }

    /** Unmaps the file; every segment handed out becomes unusable. */
    @Override
    public void close() {
        arena.close();
    }
}
