package io.finemesh.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Validates a header while streaming it, so that nothing is allocated that the bytes actually present do not pay for.
 *
 * <p>Rules are those of the safetensors README (section Format) and of the reference reader {@code tensor.rs}. Stricter than the
 * reference: duplicate keys and unknown fields of an entry are refused, {@code __metadata__} may not be null, extents above
 * 2<sup>63</sup>-1, more than {@value #MAX_RANK} extents and names above {@value #MAX_NAME_LENGTH} characters are refused. What is
 * kept is bounded too, since a header of a hundred million bytes may hold many small things, of which each costs more than its bytes:
 * {@value #MAX_TENSORS} tensors with {@value #MAX_EXTENTS} extents and {@value #MAX_NAMES_LENGTH} characters of names, and {@value
 * #MAX_METADATA_LENGTH} characters of metadata.
 */
final class HeaderReader {
    static final String METADATA_KEY = "__metadata__";
    static final int MAX_RANK = 64;

    private static final int DEEPEST_VALID_NESTING = 3; // header { tensor { shape [
    private static final int LONGEST_VALID_NUMBER = 20; // digits of 2^64-1
    static final int MAX_TENSORS = 200_000;
    static final int MAX_EXTENTS = 1_000_000;
    static final int MAX_NAMES_LENGTH = 1 << 24;
    static final int MAX_METADATA_LENGTH = 1 << 22;

    private static final int MAX_NAME_LENGTH = 1 << 16;
    private static final int MAX_SHOWN = 80;
    private static final int ENTRY_LENGTH = 64;
    private static final JsonFactory JSON =
            StrictJson.factory(DEEPEST_VALID_NESTING, LONGEST_VALID_NUMBER, MAX_NAME_LENGTH, MAX_METADATA_LENGTH);

    private final JsonParser parser;
    private final List<TensorInfo> tensors = new ArrayList<>();
    private Map<String, String> metadata = Map.of();
    private int extents;
    private int namesLength;

    private HeaderReader(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads length field and header from the stream's position, and leaves it at the first byte of the data section. */
    static Header read(InputStream in, long fileBytes) throws IOException {
        if (fileBytes < Header.LENGTH_FIELD_BYTES) {
            throw tooShort(fileBytes);
        }
        byte[] field = in.readNBytes(Header.LENGTH_FIELD_BYTES);
        if (field.length < Header.LENGTH_FIELD_BYTES) {
            throw tooShort(field.length);
        }
        long headerBytes = ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN).getLong();
        // A negative long is an unsigned length of 2^63 or more.
        if (headerBytes < 0 || headerBytes > Header.MAX_HEADER_BYTES) {
            throw new SafetensorsException(
                    Reason.HEADER_TOO_LARGE,
                    null,
                    "the header claims " + Long.toUnsignedString(headerBytes) + " bytes; at most "
                            + Header.MAX_HEADER_BYTES + " are allowed");
        }
        if (headerBytes > fileBytes - Header.LENGTH_FIELD_BYTES) {
            throw new SafetensorsException(
                    Reason.HEADER_PAST_END,
                    null,
                    "the header claims " + headerBytes + " bytes but only " + (fileBytes - Header.LENGTH_FIELD_BYTES)
                            + " follow the length field");
        }
        BoundedStream bounded = new BoundedStream(in, headerBytes);
        try (JsonParser parser = JSON.createParser(StrictJson.utf8(bounded))) {
            HeaderReader reader = new HeaderReader(parser);
            reader.readObject();
            List<TensorInfo> ordered = inByteOrder(reader.tensors);
            Header header = new Header(ordered, reader.metadata, headerBytes, fileBytes);
            requireContiguous(header);
            return header;
        } catch (CharacterCodingException notUtf8) {
            throw new SafetensorsException(Reason.HEADER_NOT_UTF8, null, "the header is not well-formed UTF-8");
        } catch (JsonProcessingException malformed) {
            throw new SafetensorsException(
                    Reason.HEADER_NOT_JSON, null, "the header is not valid JSON: " + StrictJson.oneLine(malformed));
        }
    }

    private static SafetensorsException tooShort(long found) {
        return new SafetensorsException(
                Reason.FILE_TOO_SHORT,
                null,
                "found " + found + " bytes; a safetensors file starts with an 8-byte header length");
    }

    private void readObject() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw structure(null, "the header must be a JSON object, found " + describe());
        }
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = requireUnicode(parser.currentName());
            if (!seen.add(key)) {
                throw duplicate(key, null);
            }
            parser.nextToken();
            if (key.equals(METADATA_KEY)) {
                readMetadata();
            } else {
                requireRoom(key);
                readTensor(key);
            }
        }
        if (parser.nextToken() != null) {
            throw structure(null, "the header must be one JSON object with only white space after it");
        }
    }

    private void readMetadata() throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw structure(null, METADATA_KEY + " must be an object of texts, found " + describe());
        }
        Map<String, String> found = new HashMap<>();
        int length = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = requireUnicode(parser.currentName());
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw structure(null, METADATA_KEY + "." + shown(key) + " must be text, found " + describe());
            }
            String text;
            try {
                text = requireUnicode(parser.getText());
            } catch (StreamConstraintsException tooLong) {
                throw metadataTooLarge();
            }
            // Every entry costs memory of its own besides its text.
            length += key.length() + text.length() + ENTRY_LENGTH;
            if (length > MAX_METADATA_LENGTH) {
                throw metadataTooLarge();
            }
            if (found.put(key, text) != null) {
                throw duplicate(key, null);
            }
        }
        metadata = found;
    }

    private static SafetensorsException metadataTooLarge() {
        return new SafetensorsException(
                Reason.TOO_MUCH_TO_KEEP,
                null,
                METADATA_KEY + " has more than " + MAX_METADATA_LENGTH
                        + " characters; keep what is longer in a file beside this one");
    }

    private void requireRoom(String name) throws SafetensorsException {
        namesLength += name.length();
        if (tensors.size() == MAX_TENSORS || namesLength > MAX_NAMES_LENGTH || extents > MAX_EXTENTS) {
            throw new SafetensorsException(
                    Reason.TOO_MUCH_TO_KEEP,
                    null,
                    "the header describes too much; allowed are " + MAX_TENSORS + " tensors with " + MAX_EXTENTS
                            + " extents and " + MAX_NAMES_LENGTH + " characters of names; split them over files");
        }
    }

    private void readTensor(String name) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw structure(name, "the entry must be an object, found " + describe());
        }
        Dtype dtype = null;
        List<Long> shape = null;
        long[] offsets = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "dtype" -> {
                    requireAbsent(dtype, field, name);
                    dtype = readDtype(name);
                }
                case "shape" -> {
                    requireAbsent(shape, field, name);
                    shape = readShape(name);
                }
                case "data_offsets" -> {
                    requireAbsent(offsets, field, name);
                    offsets = readOffsets(name);
                }
                default ->
                    throw structure(
                            name, "unknown field '" + shown(field) + "'; allowed are dtype, shape, data_offsets");
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw structure(name, "field '" + missing + "' is missing");
        }
        requireSize(name, dtype, shape, offsets);
        tensors.add(new TensorInfo(name, dtype, shape, offsets[0], offsets[1]));
    }

    private Dtype readDtype(String tensor) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw structure(tensor, "dtype must be text, found " + describe());
        }
        String text = parser.getText();
        return Dtype.named(text)
                .orElseThrow(() -> new SafetensorsException(
                        Reason.UNKNOWN_DTYPE,
                        tensor,
                        of(tensor) + "unknown dtype '" + shown(text) + "'; allowed are "
                                + Arrays.toString(Dtype.values())));
    }

    private List<Long> readShape(String tensor) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw structure(tensor, "shape must be an array, found " + describe());
        }
        List<Long> shape = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (shape.size() == MAX_RANK) {
                throw new SafetensorsException(
                        Reason.INVALID_SHAPE, tensor, of(tensor) + "more than " + MAX_RANK + " extents in shape");
            }
            shape.add(readCount(tensor, "shape", Reason.INVALID_SHAPE));
            extents++;
        }
        return shape;
    }

    private long[] readOffsets(String tensor) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw structure(tensor, "data_offsets must be an array, found " + describe());
        }
        long[] offsets = new long[2];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (count == offsets.length) {
                throw structure(tensor, "data_offsets must have exactly 2 numbers, found more");
            }
            offsets[count++] = readCount(tensor, "data_offsets", Reason.INVALID_OFFSETS);
        }
        if (count != offsets.length) {
            throw structure(tensor, "data_offsets must have exactly 2 numbers, found " + count);
        }
        return offsets;
    }

    /** A non-negative integer; {@code -0}, {@code 1.0} and {@code 1e3} are not spelled as one. */
    private long readCount(String tensor, String field, Reason reason) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            String text = parser.getText();
            if (text.charAt(0) != '-') {
                try {
                    return Long.parseLong(text);
                } catch (NumberFormatException tooLarge) {
                    throw new SafetensorsException(
                            reason, tensor, of(tensor) + field + " holds " + text + "; at most " + Long.MAX_VALUE);
                }
            }
        }
        throw new SafetensorsException(
                reason, tensor, of(tensor) + field + " must hold non-negative integers, found " + describe());
    }

    private static void requireSize(String name, Dtype dtype, List<Long> shape, long[] offsets)
            throws SafetensorsException {
        if (offsets[1] < offsets[0]) {
            throw new SafetensorsException(
                    Reason.INVALID_OFFSETS,
                    name,
                    of(name) + "data_offsets end at " + offsets[1] + ", before they begin at " + offsets[0]);
        }
        long needed;
        try {
            needed = TensorInfo.byteCount(dtype, shape);
        } catch (ArithmeticException overflow) {
            throw new SafetensorsException(
                    Reason.SIZE_OVERFLOW, name, of(name) + dtype + " " + shape + " is larger than 2^63 bits");
        } catch (IllegalArgumentException notWhole) {
            throw new SafetensorsException(Reason.NOT_WHOLE_BYTES, name, of(name) + notWhole.getMessage());
        }
        if (needed != offsets[1] - offsets[0]) {
            throw new SafetensorsException(
                    Reason.SIZE_MISMATCH,
                    name,
                    of(name) + dtype + " " + shape + " needs " + needed + " bytes but data_offsets span "
                            + (offsets[1] - offsets[0]));
        }
    }

    /** Offset order; tensors without bytes share an offset and then go before the one that has bytes. */
    private static List<TensorInfo> inByteOrder(List<TensorInfo> tensors) {
        List<TensorInfo> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingLong(TensorInfo::beginOffset)
                .thenComparingLong(TensorInfo::endOffset)
                .thenComparing(TensorInfo::name, JsonText::compareUtf8));
        return ordered;
    }

    private static void requireContiguous(Header header) throws SafetensorsException {
        long end = 0;
        for (TensorInfo tensor : header.tensors()) {
            if (tensor.beginOffset() != end) {
                boolean hole = tensor.beginOffset() > end;
                throw new SafetensorsException(
                        hole ? Reason.HOLE : Reason.OVERLAP,
                        tensor.name(),
                        of(tensor.name()) + "begins at " + tensor.beginOffset() + " but the bytes before it end at "
                                + end + (hole ? " (a hole)" : " (an overlap)"));
            }
            end = tensor.endOffset();
        }
        long present = header.dataBytes();
        if (end != present) {
            throw new SafetensorsException(
                    end > present ? Reason.DATA_TRUNCATED : Reason.TRAILING_BYTES,
                    null,
                    "the tensors take " + end + " bytes but " + present + " follow the header"
                            + (end > present ? " (the file is truncated)" : " (bytes belong to no tensor)"));
        }
    }

    private static void requireAbsent(Object earlier, String field, String tensor) throws SafetensorsException {
        if (earlier != null) {
            throw duplicate(field, tensor);
        }
    }

    private static SafetensorsException duplicate(String key, String tensor) {
        return new SafetensorsException(
                Reason.DUPLICATE_KEY,
                tensor == null ? key : tensor,
                (tensor == null ? "" : of(tensor)) + "the key '" + shown(key) + "' occurs twice");
    }

    private static String requireUnicode(String text) throws SafetensorsException {
        if (!JsonText.isUnicode(text)) {
            throw new SafetensorsException(
                    Reason.HEADER_NOT_UTF8, null, "the header escapes half a surrogate pair, which is not a character");
        }
        return text;
    }

    private static SafetensorsException structure(String tensor, String message) {
        return new SafetensorsException(Reason.HEADER_STRUCTURE, tensor, (tensor == null ? "" : of(tensor)) + message);
    }

    private static String of(String tensor) {
        return "tensor '" + shown(tensor) + "': ";
    }

    private String describe() throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case null -> "the end of the header";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "the text '" + shown(parser.getText()) + "'";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> parser.getText();
            case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> token.toString();
        };
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= MAX_SHOWN ? printable : printable.substring(0, MAX_SHOWN) + "…";
    }

    /** The header's bytes and no more; an end before that is a truncated file, not the end of the JSON text. */
    private static final class BoundedStream extends InputStream {
        private final InputStream in;
        private long left;

        private BoundedStream(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int count = in.read(into, offset, (int) Math.min(left, length));
            if (count < 0) {
                throw new SafetensorsException(
                        Reason.HEADER_PAST_END, null, "the stream ended " + left + " bytes before the header did");
            }
            left -= count;
            return count;
        }
    }
}
