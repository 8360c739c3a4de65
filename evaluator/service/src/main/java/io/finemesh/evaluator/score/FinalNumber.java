package io.finemesh.evaluator.score;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number an answer ends in, by the strict-match rule of GSM8K in lm-evaluation-harness (task version 3.0): the first {@code #### n}; and
 * the normalisation both sides go through before they are compared as strings. {@code 18.00} is not {@code 18}.
 */
public final class FinalNumber {
    private static final Pattern MARKED = Pattern.compile("#### (-?[0-9.,]+)");
    private static final String MARK = "#### ";
    private static final Pattern TRAILING_DOT = Pattern.compile("\\.$", Pattern.UNIX_LINES);

    private FinalNumber() {}

    /** The marked number of an answer, normalised; empty when there is none. */
    public static Optional<String> of(String answer) {
        Matcher marked = MARKED.matcher(answer);
        return marked.find() ? Optional.of(normalised(marked.group(1).strip())) : Optional.empty();
    }

    /** Removes commas, dollar signs, everything up to the last mark and one trailing dot, in this order. */
    public static String normalised(String text) {
        String plain = text.replace(",", "").replace("$", "");
        // Searched from the end and not by a pattern: a pattern would take quadratic time on a long text without a
        // mark.
        int mark = plain.lastIndexOf(MARK);
        String number = mark < 0 ? plain : plain.substring(mark + MARK.length());
        return TRAILING_DOT.matcher(number).replaceFirst("").toLowerCase(Locale.ROOT);
    }

    /** Whether an answer's marked number is the reference's. An answer without a marked number never is. */
    public static boolean matches(String answer, String reference) {
        return of(answer).map(number -> number.equals(normalised(reference))).orElse(false);
    }
}
