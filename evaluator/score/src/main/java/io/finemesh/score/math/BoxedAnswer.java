package io.finemesh.score.math;

import java.util.Optional;

/** Finds the answer in a solution, by lm-evaluation-harness's {@code hendrycks_math} rules. */
public final class BoxedAnswer {
    private static final String OPEN = "\\boxed ";

    private BoxedAnswer() {}

    /**
     * The last box with its command. A {@code \boxed} followed by a space wins over all others, and ends at the next dollar sign or at the end; otherwise the last
     * {@code \boxed}, or without any the last {@code \fbox}, up to the brace that closes it.
     */
    public static Optional<String> lastBox(String text) {
        int open = text.lastIndexOf(OPEN);
        if (open >= 0) {
            String rest = text.substring(open + OPEN.length());
            int dollar = rest.indexOf('$');
            return Optional.of(OPEN + (dollar < 0 ? rest : rest.substring(0, dollar)));
        }
        int begin = text.lastIndexOf("\\boxed");
        begin = begin < 0 ? text.lastIndexOf("\\fbox") : begin;
        if (begin < 0) {
            return Optional.empty();
        }
        int depth = 0;
        for (int at = begin; at < text.length(); at++) {
            char character = text.charAt(at);
            if (character == '{') {
                depth++;
            } else if (character == '}') {
                depth--;
                if (depth == 0) {
                    return Optional.of(text.substring(begin, at + 1));
                }
            }
        }
        return Optional.empty();
    }

    /** What is in a box; empty for a form that the reference refuses, such as {@code \fbox}. */
    public static Optional<String> content(String box) {
        if (box.contains(OPEN)) {
            return box.startsWith(OPEN) ? Optional.of(box.substring(OPEN.length())) : Optional.empty();
        }
        String open = "\\boxed{";
        return box.startsWith(open) && box.endsWith("}")
                ? Optional.of(box.substring(open.length(), box.length() - 1))
                : Optional.empty();
    }

    /** What is in the last box of a text. */
    public static Optional<String> of(String text) {
        return lastBox(text).flatMap(BoxedAnswer::content);
    }

    /** What the reference takes for a model's answer: what stands between the first and the last dollar sign, or everything. */
    public static String betweenDollars(String text) {
        int first = text.indexOf('$');
        int last = text.lastIndexOf('$');
        return first == last ? text : text.substring(first + 1, last);
    }
}
