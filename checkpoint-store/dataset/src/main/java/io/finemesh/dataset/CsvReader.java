package io.finemesh.dataset;

import io.finemesh.dataset.Row.Dropped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records of comma-separated values (RFC 4180): quoted fields may hold commas, line ends and doubled quotes. */
final class CsvReader {
    private static final int NOTHING = -2;

    /**
     * One record.
     *
     * @param fields the values
     * @param problem why it cannot be read
     */
    record Entry(List<String> fields, Optional<Dropped> problem) {}

    private final InputStream in;
    private final int longest;
    private int pushedBack = NOTHING;
    private boolean started;

    CsvReader(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    private int read() throws IOException {
        int next = pushedBack == NOTHING ? in.read() : pushedBack;
        pushedBack = NOTHING;
        return next;
    }

    /** The next record; empty at the end. */
    Optional<Entry> next() throws IOException {
        int first = read();
        if (first < 0) {
            return Optional.empty();
        }
        pushedBack = first;
        List<String> fields = new ArrayList<>();
        Optional<Dropped> problem = Optional.empty();
        ByteArrayOutputStream field = new ByteArrayOutputStream();
        long size = 0;
        boolean quoted = false;
        boolean wasQuoted = false;
        while (true) {
            int next = read();
            if (next == '\r' && !quoted) {
                // Part of the line's end, unless something follows it.
                pushedBack = read();
                next = pushedBack == '\n' || pushedBack < 0 ? read() : next;
            }
            if (next < 0 || !quoted && next == '\n') {
                if (quoted) {
                    problem = Optional.of(new Dropped(DropReason.WRONG_FIELD, "a quoted field is not closed"));
                }
                Optional<Dropped> wrong = text(field, fields);
                problem = problem.isPresent() ? problem : wrong;
                return Optional.of(new Entry(List.copyOf(fields), problem));
            }
            if (++size > longest) {
                problem = Optional.of(
                        new Dropped(DropReason.LINE_TOO_LONG, "the record is longer than the longest that is taken"));
            }
            if (quoted && next == '"') {
                int after = read();
                if (after == '"') {
                    write(field, '"', size);
                } else {
                    quoted = false;
                    pushedBack = after;
                }
            } else if (!quoted && next == '"' && field.size() == 0 && !wasQuoted) {
                quoted = true;
                wasQuoted = true;
            } else if (!quoted && next == ',') {
                Optional<Dropped> wrong = text(field, fields);
                problem = problem.isPresent() ? problem : wrong;
                field.reset();
                wasQuoted = false;
            } else {
                write(field, next, size);
            }
        }
    }

    private void write(ByteArrayOutputStream field, int value, long size) {
        if (size <= longest) {
            field.write(value);
        }
    }

    /** Adds a field; the first one of all loses a byte order mark. */
    private Optional<Dropped> text(ByteArrayOutputStream field, List<String> fields) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(field.toByteArray()))
                    .toString();
            if (!started && text.startsWith("\uFEFF")) {
                text = text.substring(1);
            }
            started = true;
            fields.add(text);
            return Optional.empty();
        } catch (CharacterCodingException malformed) {
            fields.add("");
            return Optional.of(new Dropped(DropReason.NOT_UTF8, "the record is not UTF-8"));
        }
    }
}
