package io.finemesh.gateway.document;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a document, with its place. */
public sealed interface Value {
    /** Longest excerpt of a user's text in a message. */
    int EXCERPT = 80;

    /** Where it begins. */
    Place place();

    /** The value as a message shows it: short, and strings in quotes. */
    String shown();

    /** What kind of value it is, in words for a person. */
    String kind();

    /**
     * Keys with their values, in order.
     *
     * @param keyPlaces where each key stands
     */
    record Mapping(Place place, Map<String, Value> entries, Map<String, Place> keyPlaces) implements Value {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
            keyPlaces = Map.copyOf(keyPlaces);
        }

        @Override
        public String shown() {
            return excerpt("{" + String.join(", ", entries.keySet()) + "}");
        }

        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /** Values in order. */
    record Sequence(Place place, List<Value> items) implements Value {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String shown() {
            return "a list of " + items.size();
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /** Text. */
    record Text(Place place, String text) implements Value {
        @Override
        public String shown() {
            return '"' + excerpt(text) + '"';
        }

        @Override
        public String kind() {
            return "text";
        }
    }

    /** A number written without fraction or exponent. */
    record Whole(Place place, BigInteger number) implements Value {
        @Override
        public String shown() {
            return excerpt(number.toString());
        }

        @Override
        public String kind() {
            return "a whole number";
        }
    }

    /**
     * Any other number, including infinities and NaN, which YAML can write.
     *
     * @param written as the user wrote it
     */
    record Decimal(Place place, double number, String written) implements Value {
        @Override
        public String shown() {
            return excerpt(written);
        }

        @Override
        public String kind() {
            return "a number";
        }
    }

    /** True or false. */
    record Truth(Place place, boolean truth) implements Value {
        @Override
        public String shown() {
            return Boolean.toString(truth);
        }

        @Override
        public String kind() {
            return "true or false";
        }
    }

    /** Nothing: JSON's null, or a YAML key without a value. */
    record Nothing(Place place) implements Value {
        @Override
        public String shown() {
            return "nothing";
        }

        @Override
        public String kind() {
            return "nothing";
        }
    }

    private static String excerpt(String text) {
        return text.length() <= EXCERPT ? text : text.substring(0, EXCERPT) + "...";
    }
}
