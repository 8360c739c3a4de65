package io.finemesh.score.mtbench;

import io.finemesh.score.python.PythonText;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** How a generated answer is cut: tokens at the first stop id; text at the earliest stop text that does not begin it; special tokens deleted; stripped. */
public final class AnswerText {
    /** What stands for an answer that could not be generated. */
    public static final String ERROR = "ERROR";

    private AnswerText() {}

    /** Tokens before the first that stops. */
    public static int[] cut(int[] tokens, Set<Integer> stops) {
        for (int at = 0; at < tokens.length; at++) {
            if (stops.contains(tokens[at])) {
                return Arrays.copyOf(tokens, at);
            }
        }
        return tokens;
    }

    /** The answer in a decoded text. A stop text at the very beginning does not cut. */
    public static String of(String decoded, List<String> stops, List<String> specialTokens) {
        int end = decoded.length();
        for (String stop : stops) {
            int at = decoded.indexOf(stop);
            if (at > 0) {
                end = Math.min(end, at);
            }
        }
        String text = decoded.substring(0, end);
        for (String special : specialTokens) {
            text = special.isEmpty() ? text : text.replace(special, "");
        }
        return PythonText.strip(text);
    }
}
