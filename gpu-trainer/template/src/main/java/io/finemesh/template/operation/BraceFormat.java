package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.math.BigInteger;
import java.util.function.BiFunction;

/** {@code text.format(...)}: places in braces, with attribute and element paths, conversions and format specifications. */
public final class BraceFormat {
    private final Arguments arguments;
    private final BiFunction<Value, String, Value> attribute;
    private final BiFunction<Value, Value, Value> item;
    private final Budget budget;
    private int automatic;
    private boolean numbered;

    private BraceFormat(
            Arguments arguments,
            BiFunction<Value, String, Value> attribute,
            BiFunction<Value, Value, Value> item,
            Budget budget) {
        this.arguments = arguments;
        this.attribute = attribute;
        this.item = item;
        this.budget = budget;
    }

    /**
     * Fills the text in.
     *
     * @param attribute looks an attribute up, under the sandbox's rules
     * @param item looks an element up
     */
    public static String format(
            String format,
            Arguments arguments,
            BiFunction<Value, String, Value> attribute,
            BiFunction<Value, Value, Value> item,
            Budget budget) {
        return new BraceFormat(arguments, attribute, item, budget).fill(format, 2);
    }

    private String fill(String format, int depth) {
        if (depth == 0) {
            throw TemplateException.value("places in a format nest too deeply");
        }
        BoundedText out = new BoundedText(budget);
        int at = 0;
        while (at < format.length()) {
            char character = format.charAt(at);
            boolean doubled = at + 1 < format.length() && format.charAt(at + 1) == character;
            if ((character == '{' || character == '}') && doubled) {
                out.append(character);
                at += 2;
            } else if (character == '}') {
                throw TemplateException.value("a single '}' in a format; write '}}'");
            } else if (character == '{') {
                int close = closing(format, at);
                place(format.substring(at + 1, close), out, depth);
                at = close + 1;
            } else {
                int next = at;
                while (next < format.length() && format.charAt(next) != '{' && format.charAt(next) != '}') {
                    next++;
                }
                out.append(format.substring(at, next));
                at = next;
            }
        }
        return out.toString();
    }

    private static int closing(String format, int open) {
        int depth = 0;
        for (int index = open; index < format.length(); index++) {
            depth += format.charAt(index) == '{' ? 1 : format.charAt(index) == '}' ? -1 : 0;
            if (depth == 0) {
                return index;
            }
        }
        throw TemplateException.value("a '{' in a format is not closed; for the character write '{{'");
    }

    private void place(String place, BoundedText out, int depth) {
        budget.step();
        int end = 0;
        int brackets = 0;
        while (end < place.length() && (brackets > 0 || place.charAt(end) != ':' && place.charAt(end) != '!')) {
            brackets += place.charAt(end) == '[' ? 1 : place.charAt(end) == ']' ? -1 : 0;
            end++;
        }
        Value value = resolve(place.substring(0, end));
        if (end < place.length() && place.charAt(end) == '!') {
            char conversion = end + 1 < place.length() ? place.charAt(end + 1) : ' ';
            value = Text.of(
                    switch (conversion) {
                        case 's' -> Printing.text(value, budget);
                        case 'r' -> Printing.representation(value, budget);
                        case 'a' -> JsonText.ascii(Printing.representation(value, budget));
                        default ->
                            throw TemplateException.value(
                                    "'!" + conversion + "' is not a conversion; allowed are !s !r !a");
                    });
            end += 2;
            if (end < place.length() && place.charAt(end) != ':') {
                throw TemplateException.value("a ':' is expected after the conversion in '{" + place + "}'");
            }
        }
        String specification = end < place.length() ? place.substring(end + 1) : "";
        if (specification.indexOf('{') >= 0) {
            specification = fill(specification, depth - 1);
        }
        out.append(present(value, specification));
    }

    private Value resolve(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        Value value = first(path.substring(0, end));
        while (end < path.length()) {
            if (path.charAt(end) == '.') {
                int next = end + 1;
                while (next < path.length() && path.charAt(next) != '.' && path.charAt(next) != '[') {
                    next++;
                }
                value = attribute.apply(value, path.substring(end + 1, next));
                end = next;
            } else {
                int close = path.indexOf(']', end);
                if (close < 0) {
                    throw TemplateException.value("a '[' in the format '{" + path + "}' is not closed");
                }
                String key = path.substring(end + 1, close);
                value = item.apply(value, isNumber(key) ? new Value.Whole(new BigInteger(key)) : Text.of(key));
                end = close + 1;
            }
        }
        return value;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(point -> point >= '0' && point <= '9');
    }

    private Value first(String name) {
        if (name.isEmpty() || isNumber(name)) {
            if (name.isEmpty() ? numbered : automatic > 0) {
                throw TemplateException.value("a format numbers either all places or none");
            }
            numbered |= !name.isEmpty();
            int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
            if (index >= arguments.positional().size()) {
                throw TemplateException.value("the format needs more values than the "
                        + arguments.positional().size() + " given");
            }
            return arguments.positional().get(index);
        }
        Value value = arguments.named().get(name);
        if (value == null) {
            throw TemplateException.value("the format names '" + name + "', which was not given");
        }
        return value;
    }

    private String present(Value value, String specification) {
        if (specification.isEmpty()) {
            return Printing.text(value, budget);
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        return FormatSpecification.parse(specification).present(value, budget);
    }
}
