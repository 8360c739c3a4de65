package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Value;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a place after the colon: {@code [[fill]align][sign][#][0][width][,|_][.precision][type]}.
 *
 * @param fill character beside the value, as a text of one code point
 * @param align one of {@code < > ^ =}, or 0 for the type's own
 * @param sign one of {@code + -} and a blank
 * @param alternate prefixes of bases, points of floats
 * @param width fewest characters, or -1
 * @param separator between groups of digits, or 0
 * @param precision digits after the point, or characters of a text, or -1
 * @param type letter, or 0
 */
record FormatSpecification(
        String fill, char align, char sign, boolean alternate, int width, char separator, int precision, char type) {
    private static final Pattern GRAMMAR = Pattern.compile(
            "(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?([0-9]{1,7})?([,_])?(?:\\.([0-9]{1,7}))?([bcdeEfFgGnosxX%])?",
            Pattern.DOTALL);

    static FormatSpecification parse(String text) {
        Matcher match = GRAMMAR.matcher(text);
        if (!match.matches()) {
            throw TemplateException.value("'" + text + "' is not a format specification");
        }
        boolean zero = match.group(5) != null;
        char align = letter(match.group(2));
        String fill = match.group(1) != null ? match.group(1) : zero ? "0" : " ";
        return new FormatSpecification(
                fill,
                align == 0 && zero ? '=' : align,
                match.group(3) == null ? '-' : match.group(3).charAt(0),
                match.group(4) != null,
                match.group(6) == null ? -1 : Integer.parseInt(match.group(6)),
                letter(match.group(7)),
                match.group(8) == null ? -1 : Integer.parseInt(match.group(8)),
                letter(match.group(9)));
    }

    private static char letter(String group) {
        return group == null ? 0 : group.charAt(0);
    }

    String present(Value value, Budget budget) {
        return switch (value) {
            case Text text -> text(text.string(), budget);
            case Value.Truth truth when type == 0 || type == 's' -> text(Printing.text(truth, budget), budget);
            case Value.Truth truth -> whole(Comparison.integer(truth), budget);
            case Value.Whole whole -> whole(whole.number(), budget);
            case Value.Real real -> real(real.number(), budget);
            case Value other ->
                throw TemplateException.type(
                        "a value of type " + TypeName.of(other) + " takes no format specification");
        };
    }

    private String text(String string, Budget budget) {
        if (type != 0 && type != 's'
                || sign != '-'
                || align == '=' && !fill.equals("0")
                || separator != 0
                || alternate) {
            throw TemplateException.value("this format specification does not fit a text");
        }
        String shown = precision >= 0 && precision < string.codePointCount(0, string.length())
                ? string.substring(0, string.offsetByCodePoints(0, precision))
                : string;
        return pad("", shown, align == 0 || align == '=' ? '<' : align, budget);
    }

    private String whole(BigInteger number, Budget budget) {
        if (type == 's') {
            throw TemplateException.value("the format 's' does not fit a number");
        }
        if ("eEfFgG%".indexOf(type) >= 0 && type != 0) {
            return real(Arithmetic.toDouble(new Value.Whole(number)), budget);
        }
        if (precision >= 0) {
            throw TemplateException.value("an integer has no precision");
        }
        if (type == 'c') {
            if (number.signum() < 0 || number.bitLength() > 21 || !Character.isValidCodePoint(number.intValue())) {
                throw TemplateException.value(number + " is not a code point");
            }
            return pad("", Character.toString(number.intValue()), align == 0 ? '<' : align, budget);
        }
        String digits = NumberFormat.whole(number.abs(), type == 0 || type == 'n' ? 'd' : type);
        String prefix = alternate && "boxX".indexOf(type) >= 0 && type != 0 ? "0" + type : "";
        return number(number.signum() < 0, prefix, digits, "boxX".indexOf(type) >= 0 && type != 0 ? 4 : 3, budget);
    }

    private String real(double number, Budget budget) {
        boolean negative = number < 0 || number == 0 && 1 / number < 0;
        double magnitude = Math.abs(number);
        String digits;
        if (type == 0 && precision < 0) {
            digits = Printing.real(magnitude);
        } else if (type == 0) {
            digits = NumberFormat.real(magnitude, 'g', precision, alternate);
            if (digits.indexOf('e') < 0 && digits.indexOf('.') < 0 && Double.isFinite(magnitude)) {
                digits = digits.length() >= Math.max(1, precision)
                        ? NumberFormat.real(magnitude, 'e', Math.max(0, precision - 1), false)
                                .replaceFirst("\\.?0*e", "e")
                        : digits + ".0";
            }
        } else if ("eEfFgGn%".indexOf(type) >= 0) {
            digits = NumberFormat.real(magnitude, type == 'n' ? 'g' : type, precision < 0 ? 6 : precision, alternate);
        } else {
            throw TemplateException.value("the format '" + type + "' does not fit a float");
        }
        return number(negative, "", digits, 3, budget);
    }

    private String number(boolean negative, String prefix, String digits, int group, Budget budget) {
        String head = (negative ? "-" : sign == '-' ? "" : String.valueOf(sign)) + prefix;
        String body = digits;
        if (separator != 0) {
            body = NumberFormat.grouped(body, separator, group);
            if (align == '=' && fill.equals("0")) {
                throw TemplateException.unsupported("zero padding together with a separator of digits");
            }
        }
        return pad(head, body, align == 0 ? '>' : align, budget);
    }

    private String pad(String head, String body, char alignment, Budget budget) {
        int missing = width - head.length() - body.codePointCount(0, body.length());
        if (missing <= 0) {
            return head + body;
        }
        budget.text(width);
        return switch (alignment) {
            case '<' -> head + body + fill.repeat(missing);
            case '^' -> fill.repeat(missing / 2) + head + body + fill.repeat(missing - missing / 2);
            case '=' -> head + fill.repeat(missing) + body;
            default -> fill.repeat(missing) + head + body;
        };
    }
}
