package io.finemesh.checkpoint.json;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * One byte sequence per value: UTF-8, object keys in the order of their UTF-8 bytes, no white space, integers only, one line
 * feed at the end. There are no floating-point numbers because their shortest spelling differs between writers.
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /**
     * Writes a tree of {@code Map<String, ?>}, {@code Collection<?>}, {@code String}, {@code Integer}, {@code Long} and
     * {@code Boolean}.
     *
     * @throws IllegalArgumentException if the tree holds anything else, null and floating-point numbers included
     */
    public static byte[] bytes(Map<String, ?> tree) {
        StringBuilder out = new StringBuilder();
        append(out, tree);
        return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder out, Object value) {
        switch (value) {
            case Map<?, ?> map -> appendObject(out, map);
            case Collection<?> items -> appendArray(out, items);
            case String text -> JsonText.quote(out, text);
            case Integer number -> out.append(number.intValue());
            case Long number -> out.append(number.longValue());
            case Boolean truth -> out.append(truth.booleanValue());
            case null -> throw new IllegalArgumentException("canonical JSON has no null; leave the field out");
            default ->
                throw new IllegalArgumentException("canonical JSON cannot hold a "
                        + value.getClass().getName() + "; use text, integers, booleans, lists and maps");
        }
    }

    private static void appendObject(StringBuilder out, Map<?, ?> map) {
        TreeMap<String, Object> sorted = new TreeMap<>(JsonText::compareUtf8);
        map.forEach((key, value) -> sorted.put((String) key, value));
        out.append('{');
        for (Iterator<Map.Entry<String, Object>> entries = sorted.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<String, Object> entry = entries.next();
            JsonText.quote(out, entry.getKey());
            out.append(':');
            append(out, entry.getValue());
            if (entries.hasNext()) {
                out.append(',');
            }
        }
        out.append('}');
    }

    private static void appendArray(StringBuilder out, Collection<?> items) {
        out.append('[');
        for (Iterator<?> values = items.iterator(); values.hasNext(); ) {
            append(out, values.next());
            if (values.hasNext()) {
                out.append(',');
            }
        }
        out.append(']');
    }
}
