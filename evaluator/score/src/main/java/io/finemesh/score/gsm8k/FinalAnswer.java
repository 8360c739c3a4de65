package io.finemesh.score.gsm8k;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The final number of a solution, and when two are the same: equal as texts after normalisation, so {@code 18.00} is not {@code 18}
 * (lm-evaluation-harness, {@code exact_match} with GSM8K's {@code regexes_to_ignore}).
 */
public final class FinalAnswer {
    /** What stands before the final number in the published data. */
    public static final String MARK = "#### ";

    // UNIX_LINES: the reference's "$" knows the line feed only.
    private static final Pattern TRAILING_DOT = Pattern.compile("\\.$", Pattern.UNIX_LINES);
    private static final Pattern ANSWER_LINE = Pattern.compile("(?:#### |A: ?)(.*)");
    private static final Pattern NUMBER = Pattern.compile("-?\\$?[0-9][0-9,]*(\\.[0-9]+)?\\.?|-?\\$?\\.[0-9]+");

    private FinalAnswer() {}

    /**
     * Removes, in this order: commas; dollar signs; everything up to the last mark; one trailing dot. Then lower case. Trailing NUL characters are lost on the
     * way, since the reference keeps texts in arrays that drop them.
     */
    public static String normalised(String text) {
        String plain = withoutNuls(text.replace(",", ""));
        plain = withoutNuls(plain.replace("$", ""));
        // Searched from the end and not by a pattern, which would take quadratic time on a long text without a mark.
        int mark = plain.lastIndexOf(MARK);
        String number = withoutNuls(mark < 0 ? plain : plain.substring(mark + MARK.length()));
        return withoutNuls(TRAILING_DOT.matcher(number).replaceAll("")).toLowerCase(Locale.ROOT);
    }

    private static String withoutNuls(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == 0) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Whether what was read out of a response is the final number of the reference solution. */
    public static boolean matches(String read, String reference) {
        return normalised(read).equals(normalised(reference));
    }

    /**
     * The number that stands on the last line {@code #### N} or {@code A: N} of a text; the second is how OpenAI's published example solutions end.
     */
    public static Optional<String> onAnswerLine(String text) {
        Optional<String> found = Optional.empty();
        for (String line : text.split("\n", -1)) {
            Matcher matcher = ANSWER_LINE.matcher(line.strip());
            if (matcher.matches()) {
                found = Optional.of(matcher.group(1).strip());
            }
        }
        return found;
    }

    /**
     * The reference number of a row: after the mark, on the answer line, or the whole text where that is a number.
     *
     * @return empty where it is none of these
     */
    public static Optional<String> ofReference(String text) {
        if (text.contains(MARK)) {
            return Optional.of(normalised(text));
        }
        Optional<String> line = onAnswerLine(text);
        if (line.isPresent()) {
            return line.map(FinalAnswer::normalised);
        }
        String whole = text.strip();
        return NUMBER.matcher(whole).matches() ? Optional.of(normalised(whole)) : Optional.empty();
    }
}
