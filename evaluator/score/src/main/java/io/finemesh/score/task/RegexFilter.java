package io.finemesh.score.task;

import io.finemesh.score.python.PythonText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code regex} filter of lm-evaluation-harness: of all matches the first or the last; of its groups the first that is not empty; stripped. Without groups
 * the match itself.
 *
 * @param name name in results
 * @param pattern what is looked for; linear on the texts it is used on
 * @param last take the last match, not the first
 */
public record RegexFilter(String name, Pattern pattern, boolean last) {
    /** What a text without a match is read as. */
    public static final String INVALID = "[invalid]";

    /** What is read out of a text. */
    public String read(String text) {
        Matcher matcher = pattern.matcher(text);
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
