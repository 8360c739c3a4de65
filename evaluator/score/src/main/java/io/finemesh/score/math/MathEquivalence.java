package io.finemesh.score.math;

import io.finemesh.score.python.PythonText;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Whether two answers are the same, by lm-evaluation-harness's {@code is_equiv}: equal after {@link #stripped}. Where stripping stops with an error in the
 * reference, for either side, the raw texts are compared: {@code a/b} equals {@code a/b}, but not {@code \frac{a}{b}}.
 */
public final class MathEquivalence {
    // Python refuses to read longer integers from text.
    private static final int LONGEST_INTEGER = 4300;

    private MathEquivalence() {}

    /** Two absent answers are equivalent, an absent and a present one are not. */
    public static boolean areEquivalent(Optional<String> one, Optional<String> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() && other.isEmpty();
        }
        Optional<String> first = stripped(one.get());
        Optional<String> second = stripped(other.get());
        return first.isPresent() && second.isPresent() ? first.equals(second) : one.equals(other);
    }

    /** The normal form of an answer; empty where the reference stops with an error. */
    public static Optional<String> stripped(String answer) {
        String text = answer.replace("\n", "").replace("\\!", "").replace("\\\\", "\\");
        text = text.replace("tfrac", "frac").replace("dfrac", "frac");
        text = text.replace("\\left", "").replace("\\right", "");
        text = text.replace("^{\\circ}", "").replace("^\\circ", "").replace("\\$", "");
        Optional<String> withoutUnits = withoutRightUnits(text);
        if (withoutUnits.isEmpty()) {
            return Optional.empty();
        }
        text = withoutUnits.get().replace("\\%", "");
        text = text.replace(" .", " 0.").replace("{.", "{0.");
        if (text.isEmpty()) {
            return Optional.of(text);
        }
        text = withoutName(text.startsWith(".") ? "0" + text : text);
        return withBracedRoots(text)
                .map(braced -> braced.replace(" ", ""))
                .flatMap(MathEquivalence::withBracedFractions)
                .map(braced -> braced.equals("0.5") ? "\\frac{1}{2}" : braced)
                .flatMap(MathEquivalence::withSlashAsFraction);
    }

    /** Cuts at the one unit; two of them are an error. */
    private static Optional<String> withoutRightUnits(String text) {
        String unit = "\\text{ ";
        int at = text.indexOf(unit);
        if (at < 0) {
            return Optional.of(text);
        }
        return text.indexOf(unit, at + unit.length()) < 0 ? Optional.of(text.substring(0, at)) : Optional.empty();
    }

    /** Drops a name of at most two characters before the only equals sign. */
    private static String withoutName(String text) {
        int at = text.indexOf('=');
        boolean one = at >= 0 && text.indexOf('=', at + 1) < 0;
        return one && PythonText.length(text.substring(0, at)) <= 2 ? text.substring(at + 1) : text;
    }

    private static String firstCharacter(String text) {
        return text.substring(0, text.offsetByCodePoints(0, 1));
    }

    /** Puts braces around the one character after a root; a root of nothing is an error. */
    private static Optional<String> withBracedRoots(String text) {
        String[] parts = text.split("\\\\sqrt", -1);
        StringBuilder braced = new StringBuilder(parts[0]);
        for (int part = 1; part < parts.length; part++) {
            if (parts[part].isEmpty()) {
                return Optional.empty();
            }
            String first = firstCharacter(parts[part]);
            if (first.equals("{")) {
                braced.append("\\sqrt").append(parts[part]);
            } else {
                braced.append("\\sqrt{").append(first).append('}').append(parts[part].substring(first.length()));
            }
        }
        return Optional.of(braced.toString());
    }

    /** Puts braces around the two characters after a fraction; one character alone leaves the whole text as it is, none is an error. */
    private static Optional<String> withBracedFractions(String text) {
        String[] parts = text.split("\\\\frac", -1);
        StringBuilder braced = new StringBuilder(parts[0]);
        for (int index = 1; index < parts.length; index++) {
            String part = parts[index];
            braced.append("\\frac");
            if (part.isEmpty()) {
                return Optional.empty();
            }
            if (part.startsWith("{")) {
                braced.append(part);
                continue;
            }
            if (PythonText.length(part) < 2) {
                return Optional.of(text);
            }
            String upper = firstCharacter(part);
            String lower = firstCharacter(part.substring(upper.length()));
            String rest = part.substring(upper.length() + lower.length());
            braced.append('{').append(upper).append('}');
            braced.append(lower.equals("{") ? "{" : "{" + lower + "}").append(rest);
        }
        return Optional.of(braced.toString());
    }

    /** Makes a fraction of two integers with a slash between; other text around a single slash is an error. */
    private static Optional<String> withSlashAsFraction(String text) {
        int at = text.indexOf('/');
        if (at < 0 || text.indexOf('/', at + 1) >= 0) {
            return Optional.of(text);
        }
        Optional<BigInteger> upper = integer(text.substring(0, at));
        Optional<BigInteger> lower = integer(text.substring(at + 1));
        if (upper.isEmpty() || lower.isEmpty()) {
            return Optional.empty();
        }
        boolean plain = text.equals(upper.get() + "/" + lower.get());
        return Optional.of(plain ? "\\frac{" + upper.get() + "}{" + lower.get() + "}" : text);
    }

    /** Python's {@code int(text)}: a sign, decimal digits of any script, single underscores between them, space around. */
    private static Optional<BigInteger> integer(String text) {
        String trimmed = PythonText.strip(text);
        StringBuilder digits = new StringBuilder();
        int begin = trimmed.startsWith("-") || trimmed.startsWith("+") ? 1 : 0;
        boolean digitBefore = false;
        for (int at = begin; at < trimmed.length(); at += Character.charCount(trimmed.codePointAt(at))) {
            int character = trimmed.codePointAt(at);
            if (Character.isDigit(character)) {
                digits.append(Character.digit(character, 10));
                digitBefore = true;
            } else if (character == '_' && digitBefore) {
                digitBefore = false;
            } else {
                return Optional.empty();
            }
        }
        if (!digitBefore || digits.length() > LONGEST_INTEGER) {
            return Optional.empty();
        }
        BigInteger magnitude = new BigInteger(digits.toString());
        return Optional.of(trimmed.startsWith("-") ? magnitude.negate() : magnitude);
    }
}
