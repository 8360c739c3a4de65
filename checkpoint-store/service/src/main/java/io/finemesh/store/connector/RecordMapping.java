package io.finemesh.store.connector;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.dataset.RowFormat;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * From a record's value to a row on one line. What is no JSON stays as it came, so that it is quarantined by the one who reads rows; a field that the record
 * lacks is left out of the row, which is then quarantined for that; of a record that has none of them the whole stands in the row, so that it can be seen there.
 */
final class RecordMapping {
    /** A field that no form of rows has. */
    private static final String RECORD = "record";

    private final Map<String, String> fields;
    private final ObjectMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** @param fields field of a row to field of a record, with dots into objects; empty when records are rows */
    RecordMapping(Map<String, String> fields) {
        this.fields = Map.copyOf(fields);
    }

    /** Form of the rows; empty when each batch shows it itself. */
    Optional<String> format() {
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        RowFormat format = RowFormat.ALPACA;
        if (fields.containsKey("messages")) {
            format = RowFormat.OPENAI;
        } else if (fields.containsKey("conversations")) {
            format = RowFormat.SHAREGPT;
        } else if (fields.containsKey("text")) {
            format = RowFormat.COMPLETION;
        }
        return Optional.of(format.wireName());
    }

    /** The row of a value, with a line feed at its end and nowhere else. */
    byte[] line(byte[] value) {
        if (fields.isEmpty()) {
            return onOneLine(value);
        }
        try {
            JsonNode record = mapper.readTree(value);
            ObjectNode row = mapper.createObjectNode();
            fields.forEach((field, path) -> {
                JsonNode found = record;
                for (String step : path.split("\\.")) {
                    found = found.path(step);
                }
                if (!found.isMissingNode()) {
                    row.set(field, found);
                }
            });
            if (row.isEmpty()) {
                row.set(RECORD, record);
            }
            return onOneLine(mapper.writeValueAsBytes(row));
        } catch (IOException notJson) {
            return onOneLine(value);
        }
    }

    /** In JSON a line feed can only stand between values, where a space means the same. */
    private static byte[] onOneLine(byte[] value) {
        byte[] line = new byte[value.length + 1];
        for (int index = 0; index < value.length; index++) {
            byte each = value[index];
            line[index] = each == '\n' || each == '\r' ? (byte) ' ' : each;
        }
        line[value.length] = '\n';
        return line;
    }
}
