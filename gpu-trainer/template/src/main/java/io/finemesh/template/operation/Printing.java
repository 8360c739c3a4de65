package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Attributed;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.DictionaryView;
import io.finemesh.template.value.Generator;
import io.finemesh.template.value.Namespace;
import io.finemesh.template.value.Range;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** Values as text: {@code str} and {@code repr} of Python. */
public final class Printing {
    private Printing() {}

    /** {@code str(value)}: a text is itself, what is undefined is nothing, everything else its {@link #representation}. */
    public static String text(Value value, Budget budget) {
        return switch (value) {
            case Text text -> text.string();
            case Undefined undefined -> "";
            case Value other -> representation(other, budget);
        };
    }

    /** {@link #text(Value, Budget)} with collections in the notation a renderer uses for output. */
    public static String text(Value value, Notation notation, Budget budget) {
        boolean collection = value instanceof Sequence || value instanceof Dictionary;
        return notation == Notation.JSON && collection
                ? new JsonText(false, null, ", ", ": ", false).write(value, budget)
                : text(value, budget);
    }

    /** How lists and dictionaries are printed. */
    public enum Notation {
        /** As Python prints them: what transformers does, and so what models are trained on. */
        PYTHON,
        /** As JSON: what the JavaScript library of the same field does. */
        JSON
    }

    /** {@code repr(value)}. */
    public static String representation(Value value, Budget budget) {
        budget.visit(value.weight());
        BoundedText out = new BoundedText(budget);
        represent(value, out, budget);
        return out.toString();
    }

    private static void represent(Value value, BoundedText out, Budget budget) {
        budget.step();
        budget.enter();
        switch (value) {
            case Value.None none -> out.append("None");
            case Value.Truth truth -> out.append(truth == Value.Truth.TRUE ? "True" : "False");
            case Value.Whole whole -> out.append(whole.number().toString());
            case Value.Real real -> out.append(real(real.number()));
            case Text text -> quote(text, out);
            case Undefined undefined -> out.append("Undefined");
            case Sequence.Array list -> all("[", list.items().iterator(), "]", out, budget);
            case Sequence.Tuple tuple ->
                all("(", tuple.items().iterator(), tuple.items().size() == 1 ? ",)" : ")", out, budget);
            case Dictionary dictionary -> {
                out.append("{");
                entries(dictionary.entries().iterator(), out, budget);
                out.append("}");
            }
            case DictionaryView view ->
                all(
                        "dict_" + view.part().name().toLowerCase(Locale.ROOT) + "([",
                        Iteration.over(view, budget),
                        "])",
                        out,
                        budget);
            case Range range ->
                out.append("range(" + range.start() + ", " + range.stop()
                        + (range.step() == 1 ? ")" : ", " + range.step() + ")"));
            case Namespace namespace -> {
                out.append("<Namespace {");
                Iterator<Map.Entry<String, Value>> attributes =
                        namespace.attributes().entrySet().iterator();
                while (attributes.hasNext()) {
                    Map.Entry<String, Value> attribute = attributes.next();
                    quote(Text.of(attribute.getKey()), out);
                    out.append(": ");
                    represent(attribute.getValue(), out, budget);
                    out.append(attributes.hasNext() ? ", " : "");
                }
                out.append("}>");
            }
            case Attributed attributed -> out.append(attributed.print());
            case Generator generator -> throw unprintable(generator);
            case Callable callable -> out.append(callable.print().orElseThrow(() -> unprintable(callable)));
        }
        budget.leave();
    }

    private static TemplateException unprintable(Value value) {
        String name = value instanceof Callable callable ? " (" + callable.name() + ")" : "";
        return TemplateException.unsupported("printing a value of type " + TypeName.of(value) + name
                + " would show an address in memory; is a call or a 'list' filter missing?");
    }

    private static void all(String open, Iterator<Value> items, String close, BoundedText out, Budget budget) {
        out.append(open);
        while (items.hasNext()) {
            represent(items.next(), out, budget);
            out.append(items.hasNext() ? ", " : "");
        }
        out.append(close);
    }

    private static void entries(Iterator<Dictionary.Entry> entries, BoundedText out, Budget budget) {
        while (entries.hasNext()) {
            Dictionary.Entry entry = entries.next();
            represent(entry.key(), out, budget);
            out.append(": ");
            represent(entry.value(), out, budget);
            out.append(entries.hasNext() ? ", " : "");
        }
    }

    private static void quote(Text text, BoundedText out) {
        String string = text.string();
        if (text.markup()) {
            out.append("Markup(");
        }
        char quote = string.indexOf('\'') >= 0 && string.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        int from = 0;
        while (from < string.length()) {
            int point = string.codePointAt(from);
            from += Character.charCount(point);
            switch (point) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (point == quote) {
                        out.append('\\').append(point);
                    } else if (isPrintable(point)) {
                        out.append(point);
                    } else if (point < 0x100) {
                        out.append(String.format(Locale.ROOT, "\\x%02x", point));
                    } else if (point < 0x10000) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", point));
                    } else {
                        out.append(String.format(Locale.ROOT, "\\U%08x", point));
                    }
                }
            }
        }
        out.append(quote);
        if (text.markup()) {
            out.append(')');
        }
    }

    /** Python's {@code str.isprintable} for one code point. */
    public static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    /** Java gives at least two digits where one would do for the smallest numbers. */
    private static BigDecimal shortest(double magnitude) {
        BigDecimal digits = new BigDecimal(Double.toString(magnitude)).stripTrailingZeros();
        BigDecimal one = digits.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return one.doubleValue() == magnitude ? one.stripTrailingZeros() : digits;
    }

    /** The shortest text that reads back as this number, in Python's notation. */
    public static String real(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(number));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        String sign = number < 0 ? "-" : "";
        if (point < -3 || point > 16) {
            int exponent = point - 1;
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            return sign + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+")
                    + String.format(Locale.ROOT, "%02d", Math.abs(exponent));
        }
        if (point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        if (point >= digits.length()) {
            return sign + digits + "0".repeat(point - digits.length()) + ".0";
        }
        return sign + digits.substring(0, point) + "." + digits.substring(point);
    }
}
