package io.finemesh.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.dataset.LineReader.Line;
import io.finemesh.dataset.Row.Dropped;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** From a line to a row, strictly. The form is the one asked for, or that of the first row that shows one. */
public final class RowReader {
    /** How the detail of a row that is no object begins. */
    public static final String NO_OBJECT = "the line is not a JSON object";

    private static final int DEEPEST = 32;
    private static final int LONGEST_NUMBER = 1000;

    private final ObjectMapper mapper;
    private final Layout layout;
    private Optional<RowFormat> format;

    /**
     * @param format form of all rows; empty to tell it by the first row that shows one
     * @param longest characters of the longest text that is taken
     */
    public RowReader(Optional<RowFormat> format, int longest) {
        this(format, Layout.STANDARD, longest);
    }

    /** @param layout names of columns and tags in the rows */
    public RowReader(Optional<RowFormat> format, Layout layout, int longest) {
        this.layout = layout;
        this.format = format;
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(DEEPEST)
                                .maxNumberLength(LONGEST_NUMBER)
                                .maxStringLength(longest)
                                .build())
                        // A crafted set of colliding names makes the table of names slow or fail.
                        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** The form of the rows, once it is known. */
    public Optional<RowFormat> format() {
        return format;
    }

    ObjectMapper mapper() {
        return mapper;
    }

    /** What becomes of a line that is not blank. */
    Row read(Line line) {
        if (line.tooLong()) {
            return new Dropped(DropReason.LINE_TOO_LONG, "the line is longer than the longest that is taken");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.bytes()))
                    .toString();
        } catch (CharacterCodingException malformed) {
            return new Dropped(DropReason.NOT_UTF8, "the line is not UTF-8");
        }
        try (JsonParser parser = mapper.createParser(text)) {
            return read(mapper.<JsonNode>readTree(parser));
        } catch (JsonProcessingException malformed) {
            return refused(malformed);
        } catch (IOException cannotHappen) {
            // Cannot happen because the text is in memory.
            throw new IllegalStateException(cannotHappen);
        }
    }

    /** What becomes of a row that is no JSON. */
    static Dropped refused(JsonProcessingException malformed) {
        boolean duplicate = malformed.getOriginalMessage().startsWith("Duplicate field");
        return new Dropped(duplicate ? DropReason.DUPLICATE_KEY : DropReason.NOT_JSON, complaint(malformed));
    }

    /** What becomes of a parsed row. */
    Row read(JsonNode parsed) {
        if (!parsed.isObject()) {
            return new Dropped(DropReason.WRONG_FIELD, NO_OBJECT);
        }
        JsonNode row = layout.standard((ObjectNode) parsed);
        if (format.isEmpty()) {
            format = RowFormat.of(row);
        }
        if (format.isEmpty()) {
            if (row.has("role") && row.has("content")) {
                return new Dropped(
                        DropReason.WRONG_FIELD,
                        "one message is no row; a row is a conversation: {\"messages\": [...]} around a list of messages");
            }
            return row.isEmpty()
                    ? new Dropped(DropReason.EMPTY, "no field")
                    : new Dropped(
                            DropReason.WRONG_FIELD,
                            "neither an alpaca row (instruction, input, output) nor an OpenAI row (messages), a ShareGPT row"
                                    + " (conversations) or a completion (text); rows that are only asked by evaluation tasks are uploaded in the form "
                                    + RowFormat.DOCUMENTS.wireName());
        }
        return format.get().read(row);
    }

    /** The parser's words without its remarks about where its input came from. */
    private static String complaint(JsonProcessingException malformed) {
        String words = Shown.text(malformed.getOriginalMessage().replaceAll(" ?\\(start marker at .*", ""));
        return malformed.getLocation() == null
                ? words
                : words + " (column " + malformed.getLocation().getColumnNr() + ")";
    }
}
