package io.finemesh.gateway.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON, token by token. Not thread-safe: one instance reads one document. */
final class JsonSyntax {
    /** One level more than is allowed: the limit is reported in this package's own words. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.DEPTH + 2)
                    .maxNumberLength(10_000)
                    .maxStringLength(16 << 20)
                    .maxNameLength(10_000)
                    .build())
            .build();

    private final List<Flaw> flaws = new ArrayList<>();
    private int values;

    Document read(String text) throws DocumentException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return new Document(new Value.Nothing(new Place(1, 1)), List.of());
            }
            Value root = value(parser, "", 0);
            if (parser.nextToken() != null) {
                throw new DocumentException("the document goes on after its end", place(parser.currentTokenLocation()));
            }
            return new Document(root, flaws);
        } catch (StreamConstraintsException refused) {
            throw new DocumentException(
                    "the document exceeds a limit: " + refused.getOriginalMessage(), place(refused.getLocation()));
        } catch (JsonProcessingException malformed) {
            throw new DocumentException(
                    "the document is not JSON: " + malformed.getOriginalMessage(), place(malformed.getLocation()));
        } catch (IOException impossible) {
            throw new IllegalStateException("reading a string cannot fail", impossible);
        }
    }

    private Value value(JsonParser parser, String pointer, int depth) throws IOException, DocumentException {
        Place place = place(parser.currentTokenLocation());
        if (depth > Limits.DEPTH) {
            throw Limits.tooDeep(place);
        }
        if (++values > Limits.VALUES) {
            throw Limits.tooMany(place);
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> mapping(parser, pointer, place, depth);
            case START_ARRAY -> sequence(parser, pointer, place, depth);
            case VALUE_STRING -> new Value.Text(place, parser.getText());
            case VALUE_NUMBER_INT -> Scalars.whole(parser.getText(), 10, place, parser.getText());
            case VALUE_NUMBER_FLOAT -> new Value.Decimal(place, Double.parseDouble(parser.getText()), parser.getText());
            case VALUE_TRUE -> new Value.Truth(place, true);
            case VALUE_FALSE -> new Value.Truth(place, false);
            case VALUE_NULL -> new Value.Nothing(place);
            case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new DocumentException("the document is not JSON: unexpected " + token, place);
        };
    }

    private Value sequence(JsonParser parser, String pointer, Place place, int depth)
            throws IOException, DocumentException {
        List<Value> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, Pointers.item(pointer, items.size()), depth + 1));
        }
        return new Value.Sequence(place, items);
    }

    private Value mapping(JsonParser parser, String pointer, Place place, int depth)
            throws IOException, DocumentException {
        Map<String, Value> entries = new LinkedHashMap<>();
        Map<String, Place> keyPlaces = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Place keyPlace = place(parser.currentTokenLocation());
            String member = Pointers.member(pointer, key);
            parser.nextToken();
            Value value = value(parser, member, depth + 1);
            Place first = keyPlaces.putIfAbsent(key, keyPlace);
            if (first == null) {
                entries.put(key, value);
            } else {
                flaws.add(new Flaw(
                        member,
                        keyPlace,
                        "given twice",
                        "each key once",
                        "'" + key + "' is given twice, first at " + first + "; keep one"));
            }
        }
        return new Value.Mapping(place, entries, keyPlaces);
    }

    private static Place place(JsonLocation location) {
        return location == null ? new Place(1, 1) : new Place(location.getLineNr(), location.getColumnNr());
    }
}
