package io.finemesh.score.math;

import io.finemesh.score.python.PythonText;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The answer normalisation of Lewkowycz et al. (2022), appendix D, and equality of the normalised texts. Results under it are called {@code minerva_string}: the task
 * {@code minerva_math} also compares by computer algebra, which this does not.
 */
public final class MinervaAnswer {
    /** What a solution without the closing sentence is read as. */
    public static final String INVALID = "[invalidanswer]";

    private static final String CLOSING = "I hope it is correct.";
    private static final String FINAL = "Final Answer: The final answer is";
    private static final String HOPE = " I hope it is correct";

    /** Pairs of a text and what replaces it, in order. */
    private static final List<List<String>> REPLACED = List.of(
            List.of("an ", ""),
            List.of("a ", ""),
            List.of(".$", "$"),
            List.of("\\$", ""),
            List.of("\\ ", ""),
            List.of(" ", ""),
            List.of("mbox", "text"),
            List.of(",\\text{and}", ","),
            List.of("\\text{and}", ","),
            List.of("\\text{m}", "\\text{}"));

    /** Units and marks that are dropped, in order. */
    private static final List<String> DROPPED = List.of(
            "square",
            "ways",
            "integers",
            "dollars",
            "mph",
            "inches",
            "ft",
            "hours",
            "km",
            "units",
            "\\ldots",
            "sue",
            "points",
            "feet",
            "minutes",
            "digits",
            "cents",
            "degrees",
            "cm",
            "gm",
            "pounds",
            "meters",
            "meals",
            "edges",
            "students",
            "childrentickets",
            "multiples",
            "\\text{s}",
            "\\text{.}",
            "\\text{\ns}",
            "\\text{}^2",
            "\\text{}^3",
            "\\text{\n}",
            "\\text{}",
            "\\mathrm{th}",
            "^\\circ",
            "^{\\circ}",
            "\\;",
            ",\\!",
            "{,}",
            "\"",
            "\\dots");

    private static final String BOX = "\\boxed{";

    private MinervaAnswer() {}

    /** What stands in a solution's closing sentence, stripped. Any character may stand for its two full stops. */
    public static String closing(String solution) {
        for (String line : (solution + CLOSING).split("\n", -1)) {
            int at = line.indexOf(FINAL);
            int from = at + FINAL.length();
            int end = at < 0 ? -1 : line.indexOf(HOPE, from + 1);
            if (end >= 0 && end + HOPE.length() < line.length()) {
                return PythonText.strip(line.substring(from, end - 1));
            }
        }
        return INVALID;
    }

    /** The normal form of an answer. */
    public static String normalised(String answer) {
        String text = answer.substring(answer.lastIndexOf('=') + 1);
        for (List<String> pair : REPLACED) {
            text = text.replace(pair.get(0), pair.get(1));
        }
        for (String dropped : DROPPED) {
            text = text.replace(dropped, "");
        }
        text = eachLine(text, MinervaAnswer::betweenDollars);
        text = withoutCommand(text, "\\text{");
        text = withoutCommand(text, "\\textbf{");
        text = withoutCommand(text, "\\overline{");
        text = eachLine(text, MinervaAnswer::withoutBox);
        text = text.replaceAll("(frac)([^{])(.)", "frac{$2}{$3}");
        text = text.replaceAll("(sqrt)([^{])", "sqrt{$2}");
        text = text.replace("$", "");
        String digits = text.replace(",", "");
        boolean number = !digits.isEmpty() && digits.codePoints().allMatch(Character::isDigit);
        return number ? digits : text;
    }

    // The reference's expressions take time in the square of a text's length; these say the same in one pass, line by
    // line, since a dot is no line end.

    private static String eachLine(String text, UnaryOperator<String> change) {
        return Arrays.stream(text.split("\n", -1)).map(change).collect(Collectors.joining("\n"));
    }

    /** Of a line with two dollars what stands between them, with them. */
    private static String betweenDollars(String line) {
        int first = line.indexOf('$');
        int second = first < 0 ? -1 : line.indexOf('$', first + 1);
        return second < 0 ? line : line.substring(first, second + 1);
    }

    private static String withoutCommand(String text, String command) {
        return eachLine(text, line -> {
            StringBuilder rest = new StringBuilder(line.length());
            int done = 0;
            while (true) {
                int at = line.indexOf(command, done);
                int end = at < 0 ? -1 : line.indexOf('}', at + command.length());
                if (end < 0) {
                    return rest.append(line, done, line.length()).toString();
                }
                rest.append(line, done, at).append(line, at + command.length(), end);
                done = end + 1;
            }
        });
    }

    /** The first box opens, and the last brace of the line closes it. */
    private static String withoutBox(String line) {
        int at = line.indexOf(BOX);
        int end = line.lastIndexOf('}');
        return at < 0 || end < at + BOX.length()
                ? line
                : line.substring(0, at) + line.substring(at + BOX.length(), end) + line.substring(end + 1);
    }

    /** Whether two answers have one normal form. */
    public static boolean areEqual(Optional<String> one, Optional<String> other) {
        return one.map(MinervaAnswer::normalised).equals(other.map(MinervaAnswer::normalised));
    }
}
