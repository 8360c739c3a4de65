package io.finemesh.score.task;

import io.finemesh.score.python.PythonText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code regex} filter of lm-evaluation-harness: of all matches the first or the last; of its groups the first that is not empty; stripped. Without groups
 * the match itself.
 *
 * @param name name in results
 * @param pattern what is looked for; one that looks at a text more than a hundred million times, and {@value #LOOKS} times at each character, is refused
 * @param last take the last match, not the first
 */
public record RegexFilter(String name, Pattern pattern, boolean last) {
    /** What a text without a match is read as. */
    public static final String INVALID = "[invalid]";

    /** How often a pattern may look at each character, on average; linear ones take a few. */
    static final int LOOKS = 200;

    private static final long LOOKS_AT_LEAST = 100_000_000;

    /**
     * What is read out of a text.
     *
     * @throws TaskException if the pattern takes too long on it
     */
    public String read(String text) {
        try {
            return found(pattern.matcher(new CountedText(text, LOOKS_AT_LEAST + (long) LOOKS * text.length())));
        } catch (CountedText.Exhausted | StackOverflowError tooMuch) {
            throw new TaskException(
                    TaskException.Reason.UNBOUNDED_PATTERN,
                    "the regex " + pattern.pattern() + " takes too long on an answer of " + text.length()
                            + " characters; write it without repetitions in repetitions, and do not begin it with one");
        }
    }

    private String found(Matcher matcher) {
        String found = null;
        boolean any = false;
        while (matcher.find()) {
            any = true;
            found = group(matcher);
            if (!last) {
                break;
            }
        }
        return any && found != null ? PythonText.strip(found) : INVALID;
    }

    private static String group(Matcher matcher) {
        if (matcher.groupCount() == 0) {
            return matcher.group();
        }
        if (matcher.groupCount() == 1) {
            return matcher.group(1) == null ? "" : matcher.group(1);
        }
        for (int group = 1; group <= matcher.groupCount(); group++) {
            if (matcher.group(group) != null && !matcher.group(group).isEmpty()) {
                return matcher.group(group);
            }
        }
        return null;
    }
}
