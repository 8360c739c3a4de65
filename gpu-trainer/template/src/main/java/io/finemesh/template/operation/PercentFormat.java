package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/** {@code text % values}: Python's printf-style formatting. */
public final class PercentFormat {
    private final String format;
    private final Value values;
    private final Budget budget;
    private final boolean markup;
    private final BoundedText out;
    private int at;
    private int used;

    private PercentFormat(Text format, Value values, Budget budget) {
        this.format = format.string();
        this.values = values;
        this.budget = budget;
        this.markup = format.markup();
        this.out = new BoundedText(budget);
    }

    /** Fills the text in with one value, a tuple of values or a dictionary of named ones. */
    public static Text format(Text format, Value values, Budget budget) {
        PercentFormat run = new PercentFormat(format, values, budget);
        return new Text(run.fill(), format.markup());
    }

    private String fill() {
        while (at < format.length()) {
            int percent = format.indexOf('%', at);
            if (percent < 0) {
                out.append(format.substring(at));
                break;
            }
            out.append(format.substring(at, percent));
            at = percent + 1;
            conversion();
        }
        int given = values instanceof Sequence.Tuple tuple ? tuple.items().size() : 1;
        if (used < given && !(values instanceof Dictionary) && !(values instanceof Sequence.Array && used > 0)) {
            throw TemplateException.type("the format has fewer places than values");
        }
        return out.toString();
    }

    private void conversion() {
        budget.step();
        Value named = null;
        if (peek() == '(') {
            int close = matching();
            if (!(values instanceof Dictionary dictionary)) {
                throw TemplateException.type("a format with names needs a dictionary");
            }
            String key = format.substring(at + 1, close);
            named = dictionary.get(key);
            if (named == null) {
                throw TemplateException.value("the format names '" + key + "', which the dictionary does not have");
            }
            at = close + 1;
        }
        boolean left = false;
        boolean zero = false;
        boolean alternate = false;
        String plus = "";
        while ("-+ #0".indexOf(peek()) >= 0) {
            switch (format.charAt(at++)) {
                case '-' -> left = true;
                case '+' -> plus = "+";
                case ' ' -> plus = plus.isEmpty() ? " " : plus;
                case '#' -> alternate = true;
                default -> zero = true;
            }
        }
        int width = number();
        if (width < -1) {
            left = true;
            width = -width;
        }
        int precision = -1;
        if (peek() == '.') {
            at++;
            precision = Math.max(0, number());
        }
        while ("hlL".indexOf(peek()) >= 0) {
            at++;
        }
        char type = peek();
        at++;
        if (type == '%') {
            out.append("%");
            return;
        }
        Value value = named != null ? named : next();
        String sign = "";
        String body;
        switch (type) {
            case 's', 'r', 'a' -> {
                body = type == 's' ? Printing.text(value, budget) : Printing.representation(value, budget);
                if (type == 'a') {
                    body = JsonText.ascii(body);
                }
                if (markup && !(value instanceof Text text && text.markup())) {
                    body = Escaping.escape(body);
                }
                if (precision >= 0 && precision < body.codePointCount(0, body.length())) {
                    body = body.substring(0, body.offsetByCodePoints(0, precision));
                }
                zero = false;
            }
            case 'c' -> {
                BigInteger point = Comparison.integer(value);
                if (point != null
                        && point.signum() >= 0
                        && point.bitLength() <= 21
                        && Character.isValidCodePoint(point.intValue())) {
                    body = Character.toString(point.intValue());
                } else if (value instanceof Text text && text.length() == 1) {
                    body = text.string();
                } else {
                    throw TemplateException.type("%c needs a character or its code point");
                }
                zero = false;
            }
            case 'd', 'i', 'u', 'x', 'X', 'o' -> {
                BigInteger integer = integer(value, type);
                sign = integer.signum() < 0 ? "-" : plus;
                body = NumberFormat.whole(integer.abs(), type == 'i' || type == 'u' ? 'd' : type);
                if (precision > body.length()) {
                    budget.text(precision);
                    body = "0".repeat(precision - body.length()) + body;
                }
                if (alternate && type != 'd' && type != 'i' && type != 'u') {
                    sign += "0" + type;
                }
            }
            case 'e', 'E', 'f', 'F', 'g', 'G' -> {
                if (!Comparison.isNumber(value)) {
                    throw unfit(value, type, "a number");
                }
                double real = Arithmetic.toDouble(value);
                boolean negative = real < 0 || real == 0 && 1 / real < 0;
                sign = negative ? "-" : plus;
                body = NumberFormat.real(Math.abs(real), type, precision < 0 ? 6 : precision, alternate);
            }
            default ->
                throw TemplateException.value(
                        "'%" + type + "' is not a format; allowed are s r a c d i u x X o e E f F g G %");
        }
        pad(sign, body, width, left, zero);
    }

    private void pad(String sign, String body, int width, boolean left, boolean zero) {
        int length = sign.length() + body.codePointCount(0, body.length());
        if (width > length) {
            budget.text(width);
        }
        String padding = width > length ? (zero && !left ? "0" : " ").repeat(width - length) : "";
        if (left) {
            out.append(sign).append(body).append(padding);
        } else if (zero) {
            out.append(sign).append(padding).append(body);
        } else {
            out.append(padding).append(sign).append(body);
        }
    }

    private BigInteger integer(Value value, char type) {
        BigInteger integer = Comparison.integer(value);
        if (integer != null) {
            return integer;
        }
        if (value instanceof Value.Real real && Double.isFinite(real.number()) && "diu".indexOf(type) >= 0) {
            return new BigDecimal(real.number()).toBigInteger();
        }
        throw unfit(value, type, "diu".indexOf(type) >= 0 ? "a number" : "an integer");
    }

    private static TemplateException unfit(Value value, char type, String needed) {
        return value instanceof Undefined undefined
                ? undefined.failure()
                : TemplateException.type(
                        "%" + type + " needs " + needed + ", not a value of type " + TypeName.of(value));
    }

    private int number() {
        if (peek() == '*') {
            at++;
            BigInteger width = Comparison.integer(next());
            if (width == null) {
                throw TemplateException.type("'*' in a format needs an integer");
            }
            if (width.bitLength() > 24) {
                throw TemplateException.limit("a width of " + width + " in a format is too large");
            }
            return width.intValue() == -1 ? -2 : width.intValue();
        }
        int from = at;
        while (Character.isDigit(peek())) {
            at++;
        }
        if (at - from > 8) {
            throw TemplateException.limit("a width of " + format.substring(from, at) + " in a format is too large");
        }
        return at == from ? -1 : Integer.parseInt(format.substring(from, at));
    }

    private int matching() {
        int open = 0;
        for (int index = at; index < format.length(); index++) {
            open += format.charAt(index) == '(' ? 1 : format.charAt(index) == ')' ? -1 : 0;
            if (open == 0) {
                return index;
            }
        }
        throw TemplateException.value("a name in the format is not closed");
    }

    private Value next() {
        List<Value> all = values instanceof Sequence.Tuple tuple ? tuple.items() : List.of(values);
        if (used >= all.size()) {
            throw TemplateException.type("the format has more places than values");
        }
        return all.get(used++);
    }

    private char peek() {
        if (at >= format.length()) {
            throw TemplateException.value("the format ends within a place");
        }
        return format.charAt(at);
    }
}
