package io.finemesh.score.python;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** Text as Python sees it: what is space, how long a text is, how a number is spelled. */
public final class PythonText {
    private PythonText() {}

    /** {@code text[from:to]} of two numbers that are not negative: characters are code points, and what is beyond the text is its end. */
    public static String slice(String text, long from, long to) {
        int length = length(text);
        int first = (int) Math.min(from, length);
        int last = (int) Math.min(Math.max(to, first), length);
        return text.substring(text.offsetByCodePoints(0, first), text.offsetByCodePoints(0, last));
    }

    /** {@code text.split()}: the words between white space. */
    public static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (!isSpace(character)) {
                word.appendCodePoint(character);
            } else if (!word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        });
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    /** Whether {@code str.isspace} holds for a character; Java's own notion lacks the no-break spaces and the next-line control. */
    public static boolean isSpace(int character) {
        return switch (character) {
            case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default ->
                character >= 0x09 && character <= 0x0D
                        || character >= 0x1C && character <= 0x20
                        || character >= 0x2000 && character <= 0x200A;
        };
    }

    /** {@code str.strip()}. */
    public static String strip(String text) {
        return stripLeading(stripTrailing(text));
    }

    /** {@code str.lstrip()}. */
    public static String stripLeading(String text) {
        int begin = 0;
        while (begin < text.length() && isSpace(text.charAt(begin))) {
            begin++;
        }
        return text.substring(begin);
    }

    /** {@code str.rstrip()}. */
    public static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** {@code len(str)}: characters, not UTF-16 units. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** {@code repr(float)}: the shortest decimal that reads back as the number, in scientific form below 1e-4 and from 1e16 on. */
    public static String repr(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        double magnitude = Math.abs(number);
        String sign = number < 0 || 1 / number < 0 ? "-" : "";
        if (magnitude == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = shortest(magnitude);
        if (magnitude >= 1e-4 && magnitude < 1e16) {
            String plain = shortest.toPlainString();
            return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
        }
        String digits = shortest.unscaledValue().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return sign + digits.charAt(0) + fraction + "e" + power;
    }

    /** Java always gives two digits, and of those the closest: 4.9E-324 where one digit, 5e-324, would do. */
    private static BigDecimal shortest(double magnitude) {
        BigDecimal decimal = new BigDecimal(Double.toString(magnitude)).stripTrailingZeros();
        BigDecimal oneDigit = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return decimal.precision() == 2 && oneDigit.doubleValue() == magnitude
                ? oneDigit.stripTrailingZeros()
                : decimal;
    }
}
