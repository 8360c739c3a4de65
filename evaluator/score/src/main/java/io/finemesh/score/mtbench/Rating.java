package io.finemesh.score.mtbench;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number that a judge gave, as FastChat reads it: the first {@code [[n]]}, else the first {@code [n]}, else -1. It is not held to the scale, so {@code arr[0]}
 * in a reply without {@code [[n]]} is a 0.
 *
 * @param score the number; {@link #NONE} where none was given
 * @param note what a reader should know about how it was read
 */
public record Rating(double score, Note note) {
    /** The score of a reply without a rating; such rows are left out of every mean. */
    public static final double NONE = -1;

    /** What a judge's client gives where no reply came. */
    public static final String FAILED_REPLY = "$ERROR$";

    /** How a rating was read. */
    public enum Note {
        /** One rating in double brackets. */
        PLAIN,
        /** Several different ratings in double brackets; the first counts. */
        SEVERAL,
        /** No double brackets; the first number in single ones counts, whatever it is. */
        SINGLE_BRACKETS,
        /** Off the scale of 1 to 10; it counts all the same. */
        OFF_SCALE,
        /** A number that Python cannot read, so that FastChat would stop with an error here. It counts as no rating. */
        NOT_PYTHON,
        /** No rating. */
        ABSENT,
        /** The judge did not answer. */
        FAILED
    }

    // Python's \d is any decimal digit of Unicode. Possessive, which reads the same and takes linear time.
    private static final Pattern DOUBLE =
            Pattern.compile("\\[\\[(\\d++\\.?+\\d*+)\\]\\]", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SINGLE = Pattern.compile("\\[(\\d++\\.?+\\d*+)\\]", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern PYTHON_NUMBER = Pattern.compile("0+|[1-9][0-9]*|[0-9]+\\.[0-9]*");

    /** Reads a judge's reply. */
    public static Rating of(String reply) {
        if (reply.equals(FAILED_REPLY)) {
            return new Rating(NONE, Note.FAILED);
        }
        Matcher inDouble = DOUBLE.matcher(reply);
        if (inDouble.find()) {
            return number(inDouble.group(1), several(reply) ? Note.SEVERAL : Note.PLAIN);
        }
        Matcher inSingle = SINGLE.matcher(reply);
        return inSingle.find() ? number(inSingle.group(1), Note.SINGLE_BRACKETS) : new Rating(NONE, Note.ABSENT);
    }

    private static Rating number(String text, Note note) {
        if (!PYTHON_NUMBER.matcher(text).matches()) {
            return new Rating(NONE, Note.NOT_PYTHON);
        }
        double score = Double.parseDouble(text);
        if (Double.isInfinite(score)) {
            return new Rating(NONE, Note.NOT_PYTHON);
        }
        boolean offScale = score < 1 || score > 10;
        return new Rating(score, note == Note.PLAIN && offScale ? Note.OFF_SCALE : note);
    }

    private static boolean several(String reply) {
        Set<String> distinct = new HashSet<>();
        Matcher matcher = DOUBLE.matcher(reply);
        while (matcher.find()) {
            distinct.add(matcher.group(1));
        }
        return distinct.size() > 1;
    }
}
