package io.finemesh.score.custom;

import io.finemesh.score.python.PythonText;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How an answer that was read is compared with the right one. */
public enum AnswerMetric {
    /** Equal texts, stripped. */
    EXACT_MATCH {
        @Override
        boolean isRight(String read, String right) {
            return PythonText.strip(read).equals(PythonText.strip(right));
        }
    },
    /** Equal numbers where both are numbers, otherwise equal texts, stripped and in lower case, without a closing full stop: the exact match of NumGLUE. */
    NUMBER_OR_TEXT {
        @Override
        boolean isRight(String read, String right) {
            Optional<BigDecimal> one = number(read);
            Optional<BigDecimal> other = number(right);
            if (one.isPresent() && other.isPresent()) {
                return one.get().compareTo(other.get()) == 0;
            }
            return plain(read).equals(plain(right));
        }
    },
    /** Equal numbers; a text without one is never right. */
    NUMBER {
        @Override
        boolean isRight(String read, String right) {
            Optional<BigDecimal> one = number(read);
            return one.isPresent() && one.get().compareTo(number(right).orElseThrow()) == 0;
        }
    };

    private static final Pattern NUMBER_TEXT = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?");

    abstract boolean isRight(String read, String right);

    /** The metric's name in results and task files. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A number that may have thousands separators, a currency sign, a percent sign and a closing full stop. */
    static Optional<BigDecimal> number(String text) {
        String plain = plain(text).replace(",", "").replace("$", "").replace("%", "");
        Matcher matcher = NUMBER_TEXT.matcher(plain.startsWith(".") ? "0" + plain : plain);
        return matcher.matches() ? Optional.of(new BigDecimal(matcher.group())) : Optional.empty();
    }

    private static String plain(String text) {
        String stripped = PythonText.strip(text);
        return (stripped.endsWith(".") ? stripped.substring(0, stripped.length() - 1) : stripped)
                .toLowerCase(Locale.ROOT);
    }
}
