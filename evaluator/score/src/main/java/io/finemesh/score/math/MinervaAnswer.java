package io.finemesh.score.math;

import io.finemesh.score.python.PythonText;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer normalisation of Lewkowycz et al. (2022), appendix D, and equality of the normalised texts. Results under it are called {@code minerva_string}: the task
 * {@code minerva_math} also compares by computer algebra, which this does not.
 */
public final class MinervaAnswer {
    /** What a solution without the closing sentence is read as. */
    public static final String INVALID = "[invalidanswer]";

    private static final String CLOSING = "I hope it is correct.";
    private static final Pattern FINAL =
            Pattern.compile("Final Answer: The final answer is(.*?). I hope it is correct.", Pattern.UNIX_LINES);

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

    private static final Pattern BETWEEN_DOLLARS = Pattern.compile("(.*?)(\\$)(.*?)(\\$)(.*)", Pattern.UNIX_LINES);

    private MinervaAnswer() {}

    /** What stands in a solution's closing sentence, stripped. */
    public static String closing(String solution) {
        Matcher matcher = FINAL.matcher(solution + CLOSING);
        return matcher.find() ? PythonText.strip(matcher.group(1)) : INVALID;
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
        text = BETWEEN_DOLLARS.matcher(text).replaceAll("\\$$3\\$");
        text = withoutCommand(text, "\\text{");
        text = withoutCommand(text, "\\textbf{");
        text = withoutCommand(text, "\\overline{");
        text = withoutBox(text);
        text = text.replaceAll("(frac)([^{])(.)", "frac{$2}{$3}");
        text = text.replaceAll("(sqrt)([^{])", "sqrt{$2}");
        text = text.replace("$", "");
        String digits = text.replace(",", "");
        boolean number = !digits.isEmpty() && digits.codePoints().allMatch(Character::isDigit);
        return number ? digits : text;
    }

    private static String withoutCommand(String text, String command) {
        return Pattern.compile(Pattern.quote(command) + "(.*?)\\}", Pattern.UNIX_LINES)
                .matcher(text)
                .replaceAll("$1");
    }

    private static String withoutBox(String text) {
        return Pattern.compile("\\\\boxed\\{(.*)\\}", Pattern.UNIX_LINES)
                .matcher(text)
                .replaceAll("$1");
    }

    /** Whether two answers have one normal form. */
    public static boolean areEqual(Optional<String> one, Optional<String> other) {
        return one.map(MinervaAnswer::normalised).equals(other.map(MinervaAnswer::normalised));
    }
}
