package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Digits of numbers in the presentations of Python's formatting; signs and padding are the caller's. */
final class NumberFormat {
    /** More digits than any binary64 number has. */
    static final int MOST_DIGITS = 1100;

    private NumberFormat() {}

    /** Magnitude of a float in one of {@code e E f F g G %}. */
    static String real(double magnitude, char type, int precision, boolean alternate) {
        if (precision > MOST_DIGITS) {
            throw TemplateException.limit("a precision of " + precision + "; at most " + MOST_DIGITS + " is allowed");
        }
        boolean upper = Character.isUpperCase(type);
        if (Double.isNaN(magnitude) || Double.isInfinite(magnitude)) {
            String word = Double.isNaN(magnitude) ? "nan" : "inf";
            return (upper ? word.toUpperCase(Locale.ROOT) : word) + (type == '%' ? "%" : "");
        }
        String text =
                switch (Character.toLowerCase(type)) {
                    case 'f' -> fixed(magnitude, precision, alternate);
                    case '%' -> fixed(magnitude * 100, precision, alternate) + "%";
                    case 'e' -> scientific(magnitude, precision, alternate);
                    default -> general(magnitude, precision, alternate);
                };
        return upper ? text.toUpperCase(Locale.ROOT) : text;
    }

    private static String fixed(double magnitude, int precision, boolean alternate) {
        String text = new BigDecimal(magnitude)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        return alternate && precision == 0 ? text + "." : text;
    }

    private static String scientific(double magnitude, int precision, boolean alternate) {
        if (magnitude == 0) {
            return "0" + (precision > 0 ? "." + "0".repeat(precision) : alternate ? "." : "") + "e+00";
        }
        BigDecimal rounded = new BigDecimal(magnitude).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String digits = rounded.unscaledValue().toString();
        digits = digits + "0".repeat(Math.max(0, precision + 1 - digits.length()));
        String fraction = precision > 0 ? "." + digits.substring(1, precision + 1) : alternate ? "." : "";
        return digits.charAt(0) + fraction + exponent(exponent);
    }

    private static String exponent(int exponent) {
        return "e" + (exponent < 0 ? "-" : "+") + String.format(Locale.ROOT, "%02d", Math.abs(exponent));
    }

    private static String general(double magnitude, int precision, boolean alternate) {
        int significant = precision == 0 ? 1 : precision;
        int exponent = 0;
        if (magnitude != 0) {
            BigDecimal rounded = new BigDecimal(magnitude).round(new MathContext(significant, RoundingMode.HALF_EVEN));
            exponent = rounded.precision() - rounded.scale() - 1;
        }
        if (exponent < -4 || exponent >= significant) {
            String text = scientific(magnitude, significant - 1, alternate);
            int mark = text.indexOf('e');
            return alternate ? text : trimmed(text.substring(0, mark)) + text.substring(mark);
        }
        String text = fixed(magnitude, significant - 1 - exponent, alternate);
        return alternate ? text : trimmed(text);
    }

    private static String trimmed(String digits) {
        if (digits.indexOf('.') < 0) {
            return digits;
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, digits.charAt(end - 1) == '.' ? end - 1 : end);
    }

    /** Magnitude of an integer in one of {@code d b o x X}. */
    static String whole(BigInteger magnitude, char type) {
        return switch (type) {
            case 'b' -> magnitude.toString(2);
            case 'o' -> magnitude.toString(8);
            case 'x' -> magnitude.toString(16);
            case 'X' -> magnitude.toString(16).toUpperCase(Locale.ROOT);
            default -> magnitude.toString();
        };
    }

    /** Puts a separator between groups of digits before the point. */
    static String grouped(String digits, char separator, int size) {
        int end = 0;
        while (end < digits.length() && Character.digit(digits.charAt(end), 16) >= 0 && digits.charAt(end) != '.') {
            if (size == 3 && !Character.isDigit(digits.charAt(end))) {
                break;
            }
            end++;
        }
        StringBuilder text = new StringBuilder(digits);
        for (int position = end - size; position > 0; position -= size) {
            text.insert(position, separator);
        }
        return text.toString();
    }
}
