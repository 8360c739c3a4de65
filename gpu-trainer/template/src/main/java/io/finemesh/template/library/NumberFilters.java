package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Arithmetic;
import io.finemesh.template.operation.Comparison;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Filters that make or change numbers. */
final class NumberFilters {
    private static final Pattern REAL = Pattern.compile(
            "[+-]?(?:[0-9](?:_?[0-9])*\\.?(?:[0-9](?:_?[0-9])*)?|\\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?");
    private static final Pattern INFINITE = Pattern.compile("[+-]?(?:inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
    private static final int LONGEST = 4300;

    private NumberFilters() {}

    static Map<String, Filters.Filter> all() {
        return Map.of(
                "abs", NumberFilters::absolute,
                "int", NumberFilters::integer,
                "float", NumberFilters::real,
                "round", NumberFilters::round,
                "filesizeformat", NumberFilters::size);
    }

    private static Value absolute(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("abs");
        BigInteger integer = Comparison.integer(value);
        if (integer != null) {
            return new Value.Whole(integer.abs());
        }
        return new Value.Real(Math.abs(number(value, "abs")));
    }

    private static double number(Value value, String filter) {
        if (Comparison.isNumber(value)) {
            return Arithmetic.toDouble(value);
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw TemplateException.type("'" + filter + "' needs a number, not a value of type " + TypeName.of(value));
    }

    private static Value integer(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("int", "default?", "base?");
        Value fallback = bound[0] == null ? Value.Whole.of(0) : bound[0];
        int base = bound[1] == null ? 10 : Attributes.small(bound[1], "'int'");
        BigInteger whole = Comparison.integer(value);
        if (whole != null) {
            return new Value.Whole(whole);
        }
        return switch (value) {
            case Value.Real real ->
                truncated(real.number()).<Value>map(Value.Whole::new).orElse(fallback);
            case Text text -> {
                Optional<BigInteger> parsed = parse(text.string(), base);
                if (parsed.isPresent()) {
                    yield Arithmetic.whole(parsed.get(), surroundings.budget());
                }
                yield parseReal(text.string())
                        .flatMap(NumberFilters::truncated)
                        .<Value>map(number -> Arithmetic.whole(number, surroundings.budget()))
                        .orElse(fallback);
            }
            case Undefined undefined -> throw undefined.failure();
            case Value other -> fallback;
        };
    }

    private static Optional<BigInteger> truncated(double number) {
        return Double.isFinite(number) ? Optional.of(new BigDecimal(number).toBigInteger()) : Optional.empty();
    }

    private static String stripped(String text) {
        return Letters.strip(text, null, true, true);
    }

    private static Optional<BigInteger> parse(String text, int base) {
        if (base != 0 && (base < 2 || base > 36)) {
            throw TemplateException.value("a base is 0 or between 2 and 36, not " + base);
        }
        String digits = stripped(text);
        if (digits.length() > LONGEST) {
            return Optional.empty();
        }
        boolean negative = digits.startsWith("-");
        digits = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        String lower = digits.toLowerCase(Locale.ROOT);
        int radix = base;
        for (String prefix : new String[] {"0x", "0o", "0b"}) {
            int own = prefix.equals("0x") ? 16 : prefix.equals("0o") ? 8 : 2;
            if (lower.startsWith(prefix) && (base == own || base == 0)) {
                radix = own;
                digits = digits.substring(2);
                digits = digits.startsWith("_") ? digits.substring(1) : digits;
            }
        }
        if (radix == 0) {
            radix = 10;
            if (digits.length() > 1 && digits.startsWith("0") && !digits.matches("[0_]+")) {
                return Optional.empty();
            }
        }
        if (digits.isEmpty() || digits.startsWith("_") || digits.endsWith("_") || digits.contains("__")) {
            return Optional.empty();
        }
        String plain = digits.replace("_", "");
        StringBuilder ascii = new StringBuilder(plain.length());
        for (int point : plain.codePoints().toArray()) {
            int digit = point >= 0xff21 && point <= 0xff5a ? -1 : Character.digit(point, radix);
            if (digit < 0) {
                return Optional.empty();
            }
            ascii.append(Character.forDigit(digit, radix));
        }
        BigInteger number = new BigInteger(ascii.toString(), radix);
        return Optional.of(negative ? number.negate() : number);
    }

    private static Optional<Double> parseReal(String text) {
        String number = stripped(text);
        if (number.length() > LONGEST) {
            return Optional.empty();
        }
        if (INFINITE.matcher(number).matches()) {
            boolean nan = number.toLowerCase(Locale.ROOT).endsWith("nan");
            double infinite = number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            return Optional.of(nan ? Double.NaN : infinite);
        }
        StringBuilder ascii = new StringBuilder();
        number.codePoints()
                .forEach(point -> ascii.append(
                        Character.isDigit(point)
                                ? String.valueOf(Character.digit(point, 10))
                                : Character.toString(point)));
        return REAL.matcher(ascii).matches()
                ? Optional.of(Double.parseDouble(ascii.toString().replace("_", "")))
                : Optional.empty();
    }

    private static Value real(Value value, Arguments arguments, Surroundings surroundings) {
        Value bound = arguments.bind("float", "default?")[0];
        Value fallback = bound == null ? new Value.Real(0) : bound;
        if (Comparison.isNumber(value)) {
            return new Value.Real(Arithmetic.toDouble(value));
        }
        return switch (value) {
            case Text text ->
                parseReal(text.string()).<Value>map(Value.Real::new).orElse(fallback);
            case Undefined undefined -> throw undefined.failure();
            case Value other -> fallback;
        };
    }

    private static Value round(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("round", "precision?", "method?");
        Budget budget = surroundings.budget();
        int precision = bound[0] == null ? 0 : Attributes.small(bound[0], "'round'");
        String method = bound[1] == null ? "common" : Attributes.text(bound[1], "'round'");
        if (Math.abs(precision) > 400) {
            throw TemplateException.limit("'round' to " + precision + " places; at most 400 are allowed");
        }
        double number = number(value, "round");
        BigInteger integer = Comparison.integer(value);
        if (method.equals("common")) {
            if (integer != null) {
                return precision >= 0
                        ? new Value.Whole(integer)
                        : Arithmetic.whole(
                                new BigDecimal(integer)
                                        .setScale(precision, RoundingMode.HALF_EVEN)
                                        .toBigInteger(),
                                budget);
            }
            return new Value.Real(
                    Double.isFinite(number)
                            ? signed(
                                    new BigDecimal(number)
                                            .setScale(precision, RoundingMode.HALF_EVEN)
                                            .doubleValue(),
                                    number)
                            : number);
        }
        if (!method.equals("ceil") && !method.equals("floor")) {
            throw TemplateException.value("'round' knows the methods common, ceil and floor, not '" + method + "'");
        }
        double power = Math.pow(10, precision);
        double scaled = number * power;
        if (!Double.isFinite(scaled)) {
            throw TemplateException.value("'round' of a number that is not finite");
        }
        double rounded = method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled);
        return new Value.Real((rounded == 0 ? 0.0 : rounded) / power);
    }

    private static double signed(double rounded, double original) {
        return rounded == 0 ? Math.copySign(0.0, original) : rounded;
    }

    private static Value size(Value value, Arguments arguments, Surroundings surroundings) {
        Value binary = arguments.bind("filesizeformat", "binary?")[0];
        double bytes;
        if (value instanceof Text text) {
            bytes = parseReal(text.string())
                    .orElseThrow(() ->
                            TemplateException.value("'filesizeformat' needs a number, not '" + text.string() + "'"));
        } else {
            bytes = number(value, "filesizeformat");
        }
        boolean powersOfTwo = binary != null && io.finemesh.template.operation.Truthiness.of(binary);
        int base = powersOfTwo ? 1024 : 1000;
        String[] units = powersOfTwo
                ? new String[] {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}
                : new String[] {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
        if (bytes == 1) {
            return Text.of("1 Byte");
        }
        if (bytes < base) {
            return Text.of((long) bytes + " Bytes");
        }
        double unit = (double) base * base;
        int index = 0;
        while (bytes >= unit && index < units.length - 1) {
            unit *= base;
            index++;
        }
        BigDecimal shown = new BigDecimal(base * bytes / unit).setScale(1, RoundingMode.HALF_EVEN);
        return Text.of(shown.toPlainString() + " " + units[index]);
    }
}
