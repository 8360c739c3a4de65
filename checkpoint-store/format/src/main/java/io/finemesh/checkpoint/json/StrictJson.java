package io.finemesh.checkpoint.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads JSON from strangers: strict UTF-8, no byte order mark, one value and nothing after it, no duplicate keys (compared
 * after unescaping), bounded nesting, number and text length.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_LENGTH = 64;
    private static final int MAX_NAME_LENGTH = 1 << 20;
    private static final int MAX_SHOWN = 160;

    private static final ObjectMapper MAPPER = JsonMapper.builder(
                    factory(MAX_DEPTH, MAX_NUMBER_LENGTH, MAX_NAME_LENGTH, Integer.MAX_VALUE))
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    /**
     * A parser factory whose limits hold however hostile the text is. Field names are neither interned nor kept in a symbol
     * table, because a crafted set of colliding names makes that table throw.
     *
     * @param maxDepth deepest nesting of objects and arrays
     * @param maxNumberLength most characters of one number
     * @param maxNameLength most characters of one field name
     * @param maxTextLength most characters of one string
     */
    public static JsonFactory factory(int maxDepth, int maxNumberLength, int maxNameLength, int maxTextLength) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        .maxNumberLength(maxNumberLength)
                        .maxStringLength(maxTextLength)
                        .maxNameLength(maxNameLength)
                        .build())
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /** A reader that fails on malformed UTF-8 instead of replacing it, and leaves a byte order mark visible. */
    public static Reader utf8(InputStream in) {
        return new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    /**
     * Parses one JSON object.
     *
     * @throws JsonException if the bytes are anything but one well-formed JSON object
     */
    public static JsonNode object(byte[] utf8) throws JsonException {
        try (JsonParser parser = MAPPER.createParser(utf8(new ByteArrayInputStream(utf8)))) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw new JsonException("found nothing; expected one JSON object");
            }
            if (!node.isObject()) {
                throw new JsonException("found a JSON "
                        + node.getNodeType().name().toLowerCase(Locale.ROOT) + "; expected one JSON object");
            }
            return node;
        } catch (CharacterCodingException notUtf8) {
            throw new JsonException("not UTF-8", notUtf8);
        } catch (JsonProcessingException malformed) {
            throw new JsonException("not valid JSON: " + oneLine(malformed), malformed);
        } catch (IOException cannotHappen) {
            // Cannot happen because the bytes are in memory.
            throw new IllegalStateException(cannotHappen);
        }
    }

    /** The parser's complaint without its echo of the source, with line and column. */
    public static String oneLine(JsonProcessingException malformed) {
        String text = malformed.getOriginalMessage().replaceAll("\\p{Cntrl}+", " ");
        String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
        return malformed.getLocation() == null
                ? shown
                : shown + " (line " + malformed.getLocation().getLineNr() + ", column "
                        + malformed.getLocation().getColumnNr() + ")";
    }
}
