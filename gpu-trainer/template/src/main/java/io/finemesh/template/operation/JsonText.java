package io.finemesh.template.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * Values as JSON, character for character as Python's {@code json.dumps} writes it, and JSON as values. Unlike Jinja's own
 * {@code tojson} the field's renderer escapes nothing for HTML and leaves characters outside ASCII as they are.
 *
 * @param ascii whether characters outside ASCII are escaped
 * @param indent what one level is indented by, or null for one line
 * @param itemSeparator between elements
 * @param keySeparator between a key and its value
 * @param sortKeys whether keys are sorted
 */
public record JsonText(boolean ascii, String indent, String itemSeparator, String keySeparator, boolean sortKeys) {

    /** Writes a value. */
    public String write(Value value, Budget budget) {
        budget.visit(value.weight());
        BoundedText out = new BoundedText(budget);
        write(value, out, 0, budget);
        return out.toString();
    }

    private void write(Value value, BoundedText out, int level, Budget budget) {
        budget.step();
        budget.enter();
        switch (value) {
            case Value.None none -> out.append("null");
            case Value.Truth truth -> out.append(truth == Value.Truth.TRUE ? "true" : "false");
            case Value.Whole whole -> out.append(whole.number().toString());
            case Value.Real real -> out.append(real(real.number()));
            case Text text -> quote(text.string(), out);
            case Sequence sequence -> {
                Iterator<Value> items = sequence.items().iterator();
                if (!items.hasNext()) {
                    out.append("[]");
                    break;
                }
                out.append("[");
                while (items.hasNext()) {
                    newLine(out, level + 1);
                    write(items.next(), out, level + 1, budget);
                    out.append(items.hasNext() ? itemSeparator : "");
                }
                newLine(out, level);
                out.append("]");
            }
            case Dictionary dictionary -> {
                if (dictionary.size() == 0) {
                    out.append("{}");
                    break;
                }
                List<Dictionary.Entry> entries = new ArrayList<>(dictionary.entries());
                if (sortKeys) {
                    Sorting.sort(entries, Dictionary.Entry::key, false, budget);
                }
                out.append("{");
                Iterator<Dictionary.Entry> rest = entries.iterator();
                while (rest.hasNext()) {
                    Dictionary.Entry entry = rest.next();
                    newLine(out, level + 1);
                    quote(key(entry.key()), out);
                    out.append(keySeparator);
                    write(entry.value(), out, level + 1, budget);
                    out.append(rest.hasNext() ? itemSeparator : "");
                }
                newLine(out, level);
                out.append("}");
            }
            case Value other ->
                throw TemplateException.type("a value of type " + TypeName.of(other) + " has no form in JSON");
        }
        budget.leave();
    }

    private void newLine(BoundedText out, int level) {
        if (indent != null) {
            out.append("\n");
            for (int round = 0; round < level; round++) {
                out.append(indent);
            }
        }
    }

    private static String real(double number) {
        return Double.isNaN(number)
                ? "NaN"
                : Double.isInfinite(number) ? number > 0 ? "Infinity" : "-Infinity" : Printing.real(number);
    }

    private static String key(Value key) {
        return switch (key) {
            case Text text -> text.string();
            case Value.None none -> "null";
            case Value.Truth truth -> truth == Value.Truth.TRUE ? "true" : "false";
            case Value.Whole whole -> whole.number().toString();
            case Value.Real real -> real(real.number());
            case Value other ->
                throw TemplateException.type("a value of type " + TypeName.of(other) + " cannot be a key in JSON");
        };
    }

    private void quote(String text, BoundedText out) {
        out.append("\"");
        int plain = 0;
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            String escaped =
                    switch (character) {
                        case '"' -> "\\\"";
                        case '\\' -> "\\\\";
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        case '\t' -> "\\t";
                        case '\b' -> "\\b";
                        case '\f' -> "\\f";
                        default -> character < 0x20 || ascii && character > 0x7e ? unicode(character) : null;
                    };
            if (escaped != null) {
                out.append(text.substring(plain, index)).append(escaped);
                plain = index + 1;
            }
        }
        out.append(text.substring(plain)).append("\"");
    }

    private static String unicode(char character) {
        return String.format(Locale.ROOT, "\\u%04x", (int) character);
    }

    /** Everything outside ASCII as Python's {@code ascii} writes it. */
    static String ascii(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point < 0x80) {
                out.appendCodePoint(point);
            } else if (point < 0x100) {
                out.append(String.format(Locale.ROOT, "\\x%02x", point));
            } else if (point < 0x10000) {
                out.append(String.format(Locale.ROOT, "\\u%04x", point));
            } else {
                out.append(String.format(Locale.ROOT, "\\U%08x", point));
            }
        });
        return out.toString();
    }

    /** A parsed JSON document as a value; integers stay integers. */
    public static Value read(JsonNode node, Budget budget) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> Value.None.NONE;
            case BOOLEAN -> Value.Truth.of(node.booleanValue());
            case NUMBER ->
                node.isIntegralNumber()
                        ? Arithmetic.whole(node.bigIntegerValue(), budget)
                        : new Value.Real(node.doubleValue());
            case STRING -> Text.of(node.textValue());
            case ARRAY -> {
                List<Value> items = new ArrayList<>(node.size());
                node.forEach(item -> items.add(read(item, budget)));
                yield Sequence.list(items, budget);
            }
            case OBJECT -> {
                Dictionary.Builder entries = new Dictionary.Builder();
                node.properties()
                        .forEach(property ->
                                entries.put(Text.of(property.getKey()), read(property.getValue(), budget), budget));
                yield entries.build(budget);
            }
            case BINARY, POJO ->
                throw TemplateException.type("a JSON document holds neither bytes nor objects of a program");
        };
    }
}
