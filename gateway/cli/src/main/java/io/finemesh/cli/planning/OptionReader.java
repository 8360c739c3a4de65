package io.finemesh.cli.planning;

import io.finemesh.checkpoint.model.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the values of options, noting each that is wrong and going on with a harmless one, so that all are found at once. */
final class OptionReader {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?) ?([A-Za-z]{0,3})");
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L,
            "b", 1L,
            "kb", 1_000L,
            "mb", 1_000_000L,
            "gb", 1_000_000_000L,
            "tb", 1_000_000_000_000L,
            "kib", 1L << 10,
            "mib", 1L << 20,
            "gib", 1L << 30,
            "tib", 1L << 40);

    private final List<Problem> problems = new ArrayList<>();

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    void add(String option, String found, String allowed) {
        problems.add(new Problem(option, found, allowed));
    }

    void addAll(List<Problem> more) {
        problems.addAll(more);
    }

    int whole(String option, String text, int least, int most, int absent) {
        if (text == null) {
            return absent;
        }
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException noNumber) {
            // said below, as for a number out of range
        }
        add(option, text, "a whole number from " + least + " to " + most);
        return least;
    }

    /** A constant of an enum in lower case with hyphens. */
    <E extends Enum<E>> E choice(String option, String text, Class<E> type, E absent) {
        if (text == null) {
            return absent;
        }
        Optional<E> found = Arrays.stream(type.getEnumConstants())
                .filter(constant ->
                        word(constant).equals(text.toLowerCase(Locale.ROOT).replace('_', '-')))
                .findFirst();
        if (found.isEmpty()) {
            add(
                    option,
                    text,
                    Arrays.stream(type.getEnumConstants())
                            .map(OptionReader::word)
                            .collect(Collectors.joining(", ")));
        }
        return found.orElse(absent);
    }

    OptionalLong bytes(String option, String text) {
        if (text == null) {
            return OptionalLong.empty();
        }
        Matcher size = SIZE.matcher(text.strip());
        Long unit = size.matches() ? UNITS.get(size.group(2).toLowerCase(Locale.ROOT)) : null;
        if (unit != null) {
            BigDecimal bytes = new BigDecimal(size.group(1)).multiply(BigDecimal.valueOf(unit));
            if (bytes.signum() > 0 && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0) {
                return OptionalLong.of(bytes.longValue());
            }
        }
        add(option, text, "a number above 0 with a unit: kB MB GB TB KiB MiB GiB TiB, such as 8GB");
        return OptionalLong.empty();
    }

    /** Says that an option has no meaning with a method, where it was given. */
    void refuseWith(String method, String option, boolean given) {
        if (given) {
            add(option, "given with --method " + method, "nothing: leave it out, or choose a method that has it");
        }
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
