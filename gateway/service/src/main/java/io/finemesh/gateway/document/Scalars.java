package io.finemesh.gateway.document;

import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * What a plain scalar means: YAML 1.2 core schema (https://yaml.org/spec/1.2.2/ section 10.3.2). YAML 1.1, which most Java parsers
 * follow, reads {@code 1e-5} as text and {@code off} as false; both are wrong for a run specification.
 */
final class Scalars {
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private Scalars() {}

    static Value plain(String text, Place place) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> new Value.Nothing(place);
            case "true", "True", "TRUE" -> new Value.Truth(place, true);
            case "false", "False", "FALSE" -> new Value.Truth(place, false);
            case ".nan", ".NaN", ".NAN" -> new Value.Decimal(place, Double.NaN, text);
            case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" ->
                new Value.Decimal(place, Double.POSITIVE_INFINITY, text);
            case "-.inf", "-.Inf", "-.INF" -> new Value.Decimal(place, Double.NEGATIVE_INFINITY, text);
            default -> numberOrText(text, place);
        };
    }

    /** A whole number, kept exactly up to a bounded number of digits. */
    static Value whole(String digits, int radix, Place place, String written) {
        if (digits.length() > Limits.DIGITS) {
            double number = radix == 10 ? Double.parseDouble(digits) : Double.POSITIVE_INFINITY;
            return new Value.Decimal(place, number, written);
        }
        return new Value.Whole(place, new BigInteger(digits, radix));
    }

    private static Value numberOrText(String text, Place place) {
        if (WHOLE.matcher(text).matches()) {
            return whole(text, 10, place, text);
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            return whole(text.substring(2), 16, place, text);
        }
        if (OCTAL.matcher(text).matches()) {
            return whole(text.substring(2), 8, place, text);
        }
        if (DECIMAL.matcher(text).matches()) {
            return new Value.Decimal(place, Double.parseDouble(text), text);
        }
        return new Value.Text(place, text);
    }
}
