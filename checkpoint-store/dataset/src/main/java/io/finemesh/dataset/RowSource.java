package io.finemesh.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.dataset.LineReader.Line;
import io.finemesh.dataset.Row.Dropped;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The rows of a stream, one at a time. What the stream is shows in how it begins: a list of objects is JSON, a line of known column names is
 * CSV, everything else is JSON lines. A Parquet file, which can only be read as a whole, is written to local disk first where the caller has a place for
 * it; it and Arrow files are refused by name otherwise.
 */
public final class RowSource implements AutoCloseable {
    private static final int LOOK_AHEAD = 4096;
    private static final Set<String> KNOWN_COLUMNS =
            Set.of("instruction", "input", "output", "text", "system", "prompt", "response", "query");

    /**
     * A row and what becomes of it.
     *
     * @param number line or record it begins on, from 1
     * @param row what becomes of it; nothing for a blank line
     * @param text a dropped row as it came; nothing for one that is kept, or where it cannot be told where it ends
     */
    public record Found(long number, Optional<Row> row, Optional<String> text) {}

    /** A kind of file that is not read. */
    public static final class UnreadableFile extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableFile(String message) {
            super(message);
        }
    }

    /** Where rows come from. */
    interface Rows {
        Optional<Found> next() throws IOException;
    }

    /**
     * Where a file may be kept while it is read.
     *
     * @param file that does not exist yet; its directory is the caller's to clean up
     * @param mostBytes it may have
     */
    public record Spool(Path file, long mostBytes) {}

    private final Rows rows;
    private final Optional<ParquetRows> parquet;

    private RowSource(Rows rows) {
        this.rows = rows;
        this.parquet = Optional.empty();
    }

    private RowSource(ParquetRows rows) {
        this.rows = rows;
        this.parquet = Optional.of(rows);
    }

    /**
     * Looks at how the stream begins.
     *
     * @param longest bytes of the longest line, row or record that is taken
     * @throws UnreadableFile for a file of a kind that is not read
     */
    public static RowSource open(InputStream stream, RowReader reader, int longest) throws IOException {
        return open(stream, reader, longest, Optional.empty());
    }

    /**
     * The same with a place for files that cannot be read as a stream.
     *
     * @throws UnreadableFile for a file of a kind that is not read, or larger than there is room for
     */
    public static RowSource open(InputStream stream, RowReader reader, int longest, Spool spool) throws IOException {
        return open(stream, reader, longest, Optional.of(spool));
    }

    private static RowSource open(InputStream stream, RowReader reader, int longest, Optional<Spool> spool)
            throws IOException {
        BufferedInputStream in = new BufferedInputStream(stream, 2 * LOOK_AHEAD);
        in.mark(LOOK_AHEAD);
        byte[] head = in.readNBytes(LOOK_AHEAD - 1);
        in.reset();
        String start = new String(head, UTF_8);
        if (start.startsWith("PAR1") && spool.isPresent()) {
            keep(in, spool.get());
            return new RowSource(ParquetRows.open(spool.get().file(), reader, longest));
        }
        if (start.startsWith("PAR1") || start.startsWith("ARROW1")) {
            throw new UnreadableFile((start.startsWith("P") ? "a Parquet" : "an Arrow")
                    + " file is not read; convert it to JSON lines, a JSON list or CSV");
        }
        String text = start.startsWith("\uFEFF") ? start.substring(1) : start;
        if (text.replaceFirst("\\s*\\[\\s*", "[").startsWith("[{")) {
            // The byte order mark is three bytes of UTF-8.
            in.skipNBytes(start.length() > text.length() ? 3 : 0);
            return new RowSource(new JsonList(in, reader, longest));
        }
        CsvReader csv = new CsvReader(in, longest);
        if (csvHeader(text).stream().anyMatch(KNOWN_COLUMNS::contains)) {
            return new RowSource(new CsvRows(csv, reader));
        }
        return lines(in, reader, longest);
    }

    /** Rows of JSON, one a line, whatever the first line looks like. */
    public static RowSource lines(InputStream stream, RowReader reader, int longest) {
        LineReader lines = new LineReader(stream, longest);
        return new RowSource(() -> line(lines.next(), reader));
    }

    private static void keep(InputStream in, Spool spool) throws IOException {
        try (OutputStream out = Files.newOutputStream(spool.file(), StandardOpenOption.CREATE_NEW)) {
            byte[] chunk = new byte[64 * 1024];
            long bytes = 0;
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                bytes += read;
                if (bytes > spool.mostBytes()) {
                    throw new UnreadableFile("the Parquet file has more than " + spool.mostBytes()
                            + " bytes; split it over several data sets");
                }
                out.write(chunk, 0, read);
            }
        }
    }

    /** Lets go of a file that was kept, which stays where it is. */
    @Override
    public void close() throws IOException {
        if (parquet.isPresent()) {
            parquet.get().close();
        }
    }

    private static List<String> csvHeader(String text) {
        int end = text.indexOf('\n');
        String line = (end < 0 ? text : text.substring(0, end)).strip();
        // A quoted word alone on a line is as likely a JSON string.
        boolean table = !line.startsWith("{") && (line.indexOf(',') >= 0 || line.equals("text"));
        return table ? List.of(line.replace("\"", "").split(",", -1)) : List.of();
    }

    private static Optional<Found> line(Optional<Line> line, RowReader reader) {
        return line.map(each -> {
            if (each.isBlank()) {
                return new Found(each.number(), Optional.empty(), Optional.empty());
            }
            Row row = reader.read(each);
            return new Found(each.number(), Optional.of(row), text(row, () -> new String(each.bytes(), UTF_8)));
        });
    }

    private static Optional<String> text(Row row, Supplier<String> asItCame) {
        return row instanceof Dropped ? Optional.of(asItCame.get()) : Optional.empty();
    }

    /**
     * The next row; empty at the end.
     *
     * @throws UnreadableFile where the rows turn out to be of a kind that is not read
     */
    public Optional<Found> next() throws IOException {
        return rows.next();
    }

    /** Rows of a JSON list; after a row that is no JSON nothing can be found any more. */
    private static final class JsonList implements Rows {
        private final RowReader reader;
        private final BoundedInput bounded;
        private final JsonParser parser;
        private final ObjectReader rows;
        private long number;
        private boolean ended;

        JsonList(InputStream in, RowReader reader, int longest) throws IOException {
            this.reader = reader;
            this.bounded = new BoundedInput(in, longest);
            this.parser = reader.mapper().createParser(bounded);
            this.rows = reader.mapper().reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        }

        @Override
        public Optional<Found> next() throws IOException {
            if (ended) {
                return Optional.empty();
            }
            number++;
            bounded.begin();
            try {
                JsonToken token = parser.nextToken();
                token = token == JsonToken.START_ARRAY && number == 1 ? parser.nextToken() : token;
                if (token == JsonToken.END_ARRAY) {
                    ended = true;
                    return afterTheList(parser.nextToken());
                }
                if (token == null) {
                    ended = true;
                    return found(new Dropped(DropReason.NOT_JSON, "the list is not closed"));
                }
                JsonNode parsed = rows.readTree(parser);
                Row row = reader.read(parsed);
                return Optional.of(new Found(number, Optional.of(row), text(row, parsed::toString)));
            } catch (JsonProcessingException malformed) {
                ended = true;
                return found(
                        bounded.isSpent()
                                ? new Dropped(
                                        DropReason.LINE_TOO_LONG, "the row is longer than the longest that is taken")
                                : RowReader.refused(malformed));
            }
        }

        private Optional<Found> afterTheList(JsonToken token) throws UnreadableFile {
            if (token == JsonToken.START_ARRAY) {
                throw new UnreadableFile(
                        "each line is a JSON list, but a line is one row and a row is a JSON object; if the lists are conversations,"
                                + " write {\"messages\": [...]} around each");
            }
            return token == null
                    ? Optional.empty()
                    : found(new Dropped(DropReason.NOT_JSON, "something follows the end of the list"));
        }

        private Optional<Found> found(Row row) {
            return Optional.of(new Found(number, Optional.of(row), Optional.empty()));
        }
    }

    /** Ends a stream in the middle of a row that is too long, so that no row takes more memory than the longest allowed. */
    private static final class BoundedInput extends FilterInputStream {
        /** The parser reads ahead by a block. */
        private static final int BLOCK = 16 * 1024;

        private final int longest;
        private long left;

        BoundedInput(InputStream in, int longest) {
            super(in);
            this.longest = longest;
        }

        void begin() {
            left = (long) longest + BLOCK;
        }

        boolean isSpent() {
            return left <= 0;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (isSpent()) {
                return -1;
            }
            int count = in.read(bytes, offset, (int) Math.min(left, Math.min(length, BLOCK)));
            left -= Math.max(count, 0);
            return count;
        }
    }

    /** Records of CSV under the names of the first one. */
    private static final class CsvRows implements Rows {
        private final CsvReader csv;
        private final RowReader reader;
        private final List<String> names;
        private long number;

        CsvRows(CsvReader csv, RowReader reader) throws IOException {
            this.csv = csv;
            this.reader = reader;
            this.names = csv.next().map(CsvReader.Entry::fields).orElse(List.of());
        }

        @Override
        public Optional<Found> next() throws IOException {
            Optional<CsvReader.Entry> next = csv.next();
            number++;
            return next.map(entry -> {
                Optional<Row> row = row(entry);
                return new Found(number, row, row.flatMap(each -> text(each, () -> String.join(",", entry.fields()))));
            });
        }

        private Optional<Row> row(CsvReader.Entry entry) {
            if (entry.problem().isPresent()) {
                return Optional.of(entry.problem().get());
            }
            List<String> fields = entry.fields();
            if (fields.size() == 1 && fields.getFirst().isBlank() && names.size() > 1) {
                return Optional.empty();
            }
            if (fields.size() != names.size()) {
                return Optional.of(new Dropped(
                        DropReason.WRONG_FIELD,
                        "the record has " + fields.size() + " fields; the first one names " + names.size()));
            }
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            for (int index = 0; index < names.size(); index++) {
                row.put(names.get(index), fields.get(index));
            }
            return Optional.of(reader.read(row));
        }
    }
}
