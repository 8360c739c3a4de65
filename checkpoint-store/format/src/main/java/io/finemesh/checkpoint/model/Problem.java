package io.finemesh.checkpoint.model;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One thing that is wrong, for a person to correct.
 *
 * @param subject the field, tensor or file concerned, spelled as in its file
 * @param found what is there
 * @param allowed what may be there, or what to do
 */
public record Problem(String subject, String found, String allowed) {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");
    private static final int MAX_SHOWN = 100;
    private static final int MAX_LISTED = 50;

    public Problem {
        subject = shown(subject);
        found = shown(found);
    }

    /** The problem on one line. */
    public String describe() {
        return subject + ": found " + found + "; allowed: " + allowed;
    }

    /** Problems one per line under a heading that counts them; a hostile file must not make a message of a million lines. */
    public static String list(String heading, List<Problem> problems) {
        StringBuilder text = new StringBuilder(heading)
                .append(": ")
                .append(problems.size())
                .append(problems.size() == 1 ? " problem" : " problems");
        problems.stream().limit(MAX_LISTED).forEach(problem -> text.append("\n  ")
                .append(problem.describe()));
        if (problems.size() > MAX_LISTED) {
            text.append("\n  and ").append(problems.size() - MAX_LISTED).append(" more");
        }
        return text.toString();
    }

    private static String shown(String text) {
        String printable = CONTROL.matcher(text).replaceAll(" ");
        return printable.length() <= MAX_SHOWN ? printable : printable.substring(0, MAX_SHOWN) + "…";
    }
}
