package io.finemesh.score.mtbench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of two answers a judge prefers. */
public enum PairVerdict {
    A,
    B,
    TIE,
    /** No verdict in the reply; the pair is left out of every rate. */
    ERROR;

    /** Two ratings no farther apart are a tie. */
    public static final double TIE_DISTANCE = 0.1;

    private static final Pattern DOUBLE =
            Pattern.compile("\\[\\[(\\d++\\.?+\\d*+),\\s?+(\\d++\\.?+\\d*+)\\]\\]", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SINGLE =
            Pattern.compile("\\[(\\d++\\.?+\\d*+),\\s?+(\\d++\\.?+\\d*+)\\]", Pattern.UNICODE_CHARACTER_CLASS);

    /** The verdict {@code [[A]]}, {@code [[B]]} or {@code [[C]]}, looked for in this order: a reply that names both is an A. */
    public static PairVerdict ofLetter(String reply) {
        if (reply.contains("[[A]]")) {
            return A;
        }
        if (reply.contains("[[B]]")) {
            return B;
        }
        return reply.contains("[[C]]") ? TIE : ERROR;
    }

    /** The verdict of two ratings {@code [[a,b]]}. */
    public static PairVerdict ofRatings(String reply) {
        Matcher matcher = DOUBLE.matcher(reply);
        if (!matcher.find()) {
            matcher = SINGLE.matcher(reply);
            if (!matcher.find()) {
                return ERROR;
            }
        }
        Rating first = Rating.of("[[" + matcher.group(1) + "]]");
        Rating second = Rating.of("[[" + matcher.group(2) + "]]");
        if (first.score() == Rating.NONE || second.score() == Rating.NONE) {
            return ERROR;
        }
        return ofScores(first.score(), second.score());
    }

    /** The verdict of two single ratings. */
    public static PairVerdict ofScores(double first, double second) {
        if (Math.abs(first - second) <= TIE_DISTANCE) {
            return TIE;
        }
        return first > second ? A : B;
    }

    /** What the winner is called in files when A was one model and B another. */
    public String winner(String ifA, String ifB) {
        return switch (this) {
            case A -> ifA;
            case B -> ifB;
            case TIE -> "tie";
            case ERROR -> "error";
        };
    }
}
