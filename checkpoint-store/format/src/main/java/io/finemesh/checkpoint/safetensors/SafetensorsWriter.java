package io.finemesh.checkpoint.safetensors;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.file.DurableFile;
import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.checkpoint.safetensors.FileDigest.TensorDigest;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes safetensors byte for byte as the reference writer ({@code tensor.rs}, {@code prepare}) does: larger dtypes first, then
 * by the UTF-8 bytes of the name; metadata first; no white space; the header padded with spaces to a multiple of 8.
 *
 * <p>Deviation: metadata keys are sorted (the reference writes them in the random order of a hash map), so equal content gives
 * equal bytes.
 */
public final class SafetensorsWriter {
    private static final int CHUNK_BYTES = 256 * 1024;

    private SafetensorsWriter() {}

    /**
     * Writes a file that appears whole or not at all (temporary sibling, forced to the device, renamed).
     *
     * @param metadata written as {@code __metadata__} unless empty; Hugging Face readers expect {@code format=pt}
     * @throws IllegalArgumentException if names repeat or are reserved, or the header would exceed the format's limit
     */
    public static void write(Path target, Collection<TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        Layout layout = Layout.of(tensors, metadata);
        DurableFile.write(target, out -> copy(layout, out));
    }

    /** As {@link #write(Path, Collection, Map)}, and digests the file and each tensor in the same pass. */
    public static FileDigest writeDigesting(Path target, Collection<TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        Layout layout = Layout.of(tensors, metadata);
        List<FileDigest> digests = new ArrayList<>(1);
        DurableFile.write(target, out -> digests.add(copyDigesting(layout, out)));
        return digests.getFirst();
    }

    /** Writes to a stream, which is neither flushed nor closed. */
    public static void write(OutputStream out, Collection<TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        copy(Layout.of(tensors, metadata), out);
    }

    /** Writes to a channel, which stays open. */
    public static void write(WritableByteChannel channel, Collection<TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        copy(Layout.of(tensors, metadata), Channels.newOutputStream(channel));
    }

    /** Writes to a stream, which is neither flushed nor closed, and digests in the same pass. */
    public static FileDigest writeDigesting(
            OutputStream out, Collection<TensorData> tensors, Map<String, String> metadata) throws IOException {
        return copyDigesting(Layout.of(tensors, metadata), out);
    }

    /** The digests the file would have, without writing it. */
    public static FileDigest digest(Collection<TensorData> tensors, Map<String, String> metadata) {
        try {
            return copyDigesting(Layout.of(tensors, metadata), OutputStream.nullOutputStream());
        } catch (IOException cannotHappen) {
            // Cannot happen because the null stream accepts everything.
            throw new IllegalStateException(cannotHappen);
        }
    }

    /** Length in bytes of the file that {@code write} would make. */
    public static long byteSize(Collection<TensorData> tensors, Map<String, String> metadata) {
        return Layout.of(tensors, metadata).fileBytes();
    }

    private static void copy(Layout layout, OutputStream out) throws IOException {
        out.write(layout.head());
        byte[] chunk = new byte[CHUNK_BYTES];
        for (TensorData tensor : layout.tensors()) {
            copy(tensor.bytes(), out, chunk);
        }
    }

    private static FileDigest copyDigesting(Layout layout, OutputStream out) throws IOException {
        MessageDigest whole = Sha256.start();
        MessageDigest single = Sha256.start();
        DigestOutputStream both = new DigestOutputStream(new DigestOutputStream(out, whole), single);
        both.on(false);
        both.write(layout.head());
        both.on(true);
        byte[] chunk = new byte[CHUNK_BYTES];
        List<TensorDigest> digests = new ArrayList<>();
        for (int i = 0; i < layout.tensors().size(); i++) {
            copy(layout.tensors().get(i).bytes(), both, chunk);
            digests.add(new TensorDigest(layout.places().get(i), Sha256.finish(single)));
        }
        return new FileDigest(Sha256.finish(whole), layout.fileBytes(), digests);
    }

    /** By chunks through an array, because a segment may exceed 2 GiB or lie in an array that is not of bytes. */
    private static void copy(MemorySegment bytes, OutputStream out, byte[] chunk) throws IOException {
        for (long done = 0; done < bytes.byteSize(); ) {
            int count = (int) Math.min(chunk.length, bytes.byteSize() - done);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, chunk, 0, count);
            out.write(chunk, 0, count);
            done += count;
        }
    }

    /**
     * Everything before the data section, and the order of the data.
     *
     * @param tensors in the order of their bytes
     * @param places where each of {@code tensors} goes
     * @param head length field, JSON and padding
     * @param fileBytes length of the whole file
     */
    private record Layout(List<TensorData> tensors, List<TensorInfo> places, byte[] head, long fileBytes) {
        static Layout of(Collection<TensorData> unordered, Map<String, String> metadata) {
            List<TensorData> tensors = new ArrayList<>(unordered);
            tensors.sort(Comparator.comparing(TensorData::dtype)
                    .reversed()
                    .thenComparing(TensorData::name, JsonText::compareUtf8));
            requireDistinctNames(tensors);
            StringBuilder json = new StringBuilder("{");
            if (!metadata.isEmpty()) {
                appendMetadata(json, metadata);
            }
            List<TensorInfo> places = new ArrayList<>(tensors.size());
            long end = 0;
            for (TensorData tensor : tensors) {
                long begin = end;
                end = Math.addExact(begin, tensor.bytes().byteSize());
                TensorInfo place = new TensorInfo(tensor.name(), tensor.dtype(), tensor.shape(), begin, end);
                places.add(place);
                appendTensor(json.length() == 1 ? json : json.append(','), place);
            }
            byte[] text = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
            int padded = Math.addExact(text.length, Math.floorMod(-text.length, Header.LENGTH_FIELD_BYTES));
            if (padded > Header.MAX_HEADER_BYTES) {
                throw new IllegalArgumentException("the header of " + tensors.size() + " tensors takes " + padded
                        + " bytes; the format allows " + Header.MAX_HEADER_BYTES + ". Split the tensors over files");
            }
            ByteBuffer head = ByteBuffer.allocate(Header.LENGTH_FIELD_BYTES + padded)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(padded)
                    .put(text);
            while (head.hasRemaining()) {
                head.put((byte) ' ');
            }
            return new Layout(tensors, places, head.array(), Math.addExact(head.capacity(), end));
        }

        private static void requireDistinctNames(List<TensorData> tensors) {
            List<String> names = tensors.stream()
                    .map(TensorData::name)
                    .sorted(JsonText::compareUtf8)
                    .toList();
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).equals(HeaderReader.METADATA_KEY)) {
                    throw new IllegalArgumentException("a tensor cannot be named " + HeaderReader.METADATA_KEY);
                }
                if (i > 0 && names.get(i).equals(names.get(i - 1))) {
                    throw new IllegalArgumentException("two tensors are named '" + names.get(i) + "'");
                }
            }
        }

        private static void appendMetadata(StringBuilder json, Map<String, String> metadata) {
            TreeMap<String, String> sorted = new TreeMap<>(JsonText::compareUtf8);
            sorted.putAll(metadata);
            JsonText.quote(json, HeaderReader.METADATA_KEY);
            char separator = '{';
            json.append(':');
            for (Map.Entry<String, String> entry : sorted.entrySet()) {
                JsonText.quote(json.append(separator), entry.getKey());
                JsonText.quote(json.append(':'), entry.getValue());
                separator = ',';
            }
            json.append('}');
        }

        private static void appendTensor(StringBuilder json, TensorInfo tensor) {
            JsonText.quote(json, tensor.name());
            json.append(":{\"dtype\":\"").append(tensor.dtype()).append("\",\"shape\":[");
            String separator = "";
            for (long extent : tensor.shape()) {
                json.append(separator).append(extent);
                separator = ",";
            }
            json.append("],\"data_offsets\":[")
                    .append(tensor.beginOffset())
                    .append(',')
                    .append(tensor.endOffset())
                    .append("]}");
        }
    }
}
