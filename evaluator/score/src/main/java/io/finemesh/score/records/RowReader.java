package io.finemesh.score.records;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.records.RowProblem.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads JSON Lines (or, since both are published, one JSON array of objects). A byte order mark, carriage returns and blank lines are allowed;
 * every other line must be one JSON object without a repeated key. Nothing is thrown: what cannot be read is named by line.
 */
public final class RowReader {
    /** Longest line that is read, in bytes; a line this long is a broken file, not an answer. */
    public static final int LONGEST_LINE_BYTES = 16 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // Python writes NaN; whether a NaN is allowed is for the field to say.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    // An element of an array is followed by the next one.
    private static final ObjectReader ELEMENT = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final byte[] file;
    private final List<Row> rows = new ArrayList<>();
    private final List<RowProblem> problems = new ArrayList<>();

    private RowReader(byte[] file) {
        this.file = file;
    }

    /** Every row and every problem of a file's bytes. A file without rows has a problem of kind {@link Kind#EMPTY_FILE}. */
    public static Rows read(byte[] file) {
        RowReader reader = new RowReader(file);
        int begin = startsWithMark(file) ? 3 : 0;
        if (isArray(file, begin)) {
            reader.array(begin);
        } else {
            reader.lines(begin);
        }
        if (reader.rows.isEmpty() && reader.problems.isEmpty()) {
            reader.problems.add(new RowProblem(
                    0,
                    Kind.EMPTY_FILE,
                    "the file has no rows; it should have one JSON object a line, or be an array of them"));
        }
        return new Rows(reader.rows, reader.problems);
    }

    private static boolean startsWithMark(byte[] file) {
        return file.length >= 3 && file[0] == (byte) 0xEF && file[1] == (byte) 0xBB && file[2] == (byte) 0xBF;
    }

    /** An array over several rows; a line of JSON Lines that holds an array is followed by nothing that continues it. */
    private static boolean isArray(byte[] file, int begin) {
        int at = begin;
        while (at < file.length && isBlank(file[at])) {
            at++;
        }
        if (at == file.length || file[at] != '[') {
            return false;
        }
        at++;
        while (at < file.length && isBlank(file[at])) {
            at++;
        }
        int last = file.length - 1;
        while (last > at && isBlank(file[last])) {
            last--;
        }
        return at < file.length && file[at] == '{' && file[last] == ']';
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || character == '\t' || character == '\r' || character == '\n';
    }

    private void lines(int begin) {
        int line = 0;
        int from = begin;
        while (from < file.length) {
            int to = from;
            while (to < file.length && file[to] != '\n') {
                to++;
            }
            line++;
            line(line, from, to);
            from = to + 1;
        }
    }

    private void line(int line, int from, int to) {
        int begin = from;
        int end = to;
        while (begin < end && isBlank(file[begin])) {
            begin++;
        }
        while (end > begin && isBlank(file[end - 1])) {
            end--;
        }
        if (begin == end) {
            return;
        }
        if (end - begin > LONGEST_LINE_BYTES) {
            problem(line, Kind.TOO_LONG, (end - begin) + " bytes; a row has at most " + LONGEST_LINE_BYTES);
            return;
        }
        String text = decoded(line, begin, end);
        if (text == null) {
            return;
        }
        try {
            JsonNode node = MAPPER.readTree(text);
            add(line, node);
        } catch (JsonProcessingException broken) {
            problem(line, Kind.NOT_JSON, notJson(broken, text));
        }
    }

    private String decoded(int line, int begin, int end) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file, begin, end - begin))
                    .toString();
        } catch (CharacterCodingException broken) {
            problem(line, Kind.NOT_UTF8, "the bytes are not UTF-8; save the file as UTF-8");
            return null;
        }
    }

    private void array(int begin) {
        try (JsonParser parser = MAPPER.createParser(file, begin, file.length - begin)) {
            parser.nextToken();
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                if (token == null) {
                    problem(0, Kind.NOT_JSON, "the file begins with '[' and ends before the ']' that closes it");
                    return;
                }
                int line = parser.currentTokenLocation().getLineNr();
                JsonNode element = ELEMENT.readTree(parser);
                add(line, element);
            }
            if (parser.nextToken() != null) {
                problem(
                        parser.currentTokenLocation().getLineNr(),
                        Kind.NOT_JSON,
                        "something follows the ']' that closes the array");
            }
        } catch (JsonProcessingException broken) {
            int line = broken.getLocation() == null ? 0 : broken.getLocation().getLineNr();
            problem(line, Kind.NOT_JSON, broken.getOriginalMessage() + "; rows after it were not read");
        } catch (IOException broken) {
            problem(0, Kind.NOT_UTF8, broken.getMessage());
        }
    }

    private void add(int line, JsonNode node) {
        if (node instanceof ObjectNode object) {
            rows.add(new Row(line, object));
        } else {
            problem(
                    line,
                    Kind.NOT_AN_OBJECT,
                    "a JSON " + Fields.typeName(node) + " stands where an object {...} should");
        }
    }

    private static String notJson(JsonProcessingException broken, String text) {
        String reason =
                String.valueOf(broken.getOriginalMessage()).lines().findFirst().orElse("");
        // Where the parser says that a bracket was opened it also says, at length, that it keeps its source to itself.
        String plain = reason.replaceAll("\\s*\\(start marker at \\[.*?\\]\\)", "");
        int column = broken.getLocation() == null ? 0 : broken.getLocation().getColumnNr();
        return "not JSON (column " + column + ": " + plain + "): " + excerpt(text);
    }

    /** The beginning of a text, on one line, for a message. */
    public static String excerpt(String text) {
        String oneLine = text.replaceAll("\\s+", " ");
        return oneLine.length() <= 60 ? oneLine : oneLine.substring(0, 57) + "...";
    }

    private void problem(int line, Kind kind, String message) {
        problems.add(new RowProblem(line, kind, message));
    }
}
