package io.finemesh.template.library;

import io.finemesh.template.operation.Printing;
import io.finemesh.template.syntax.Spaces;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Letter case, classes of characters, words and lines, as Python's {@code str} knows them. */
final class Letters {
    private static final String LINE_ENDS = "\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029";

    private Letters() {}

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        int rest = Character.charCount(first);
        // The whole word is lowered, so that a sigma at its end becomes a final one.
        String head = text.substring(0, rest);
        return titleCase(first) + lower(text).substring(lower(head).length());
    }

    private static String titleCase(int point) {
        int title = Character.toTitleCase(point);
        String upper = upper(Character.toString(point));
        if (title != point || upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(title);
        }
        int first = upper.codePointAt(0);
        return Character.toString(first) + lower(upper.substring(Character.charCount(first)));
    }

    /** Every run of letters begins with a capital. */
    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        String lowered = null;
        boolean inWord = false;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            int next = at + Character.charCount(point);
            if (!inWord) {
                out.append(titleCase(point));
            } else if (point == 0x3a3) {
                lowered = lowered == null ? lower(text) : lowered;
                out.append(lowered.length() == text.length() ? lowered.substring(at, next) : "\u03c3");
            } else {
                out.append(lower(Character.toString(point)));
            }
            inWord = isCased(point);
            at = next;
        }
        return out.toString();
    }

    static String swapCase(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            String one = Character.toString(point);
            out.append(Character.isUpperCase(point) ? lower(one) : Character.isLowerCase(point) ? upper(one) : one);
        });
        return out.toString();
    }

    /** Lower case for comparing: a capital sharp s and its like become two letters. */
    static String fold(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            String one = Character.toString(point);
            boolean dotless = point == 0x131 || point == 0x130;
            boolean cherokee = point >= 0x13a0 && point <= 0x13f5;
            boolean smallCherokee = point >= 0xab70 && point <= 0xabbf || point >= 0x13f8 && point <= 0x13fd;
            if (cherokee) {
                out.append(one);
            } else if (smallCherokee) {
                out.append(upper(one));
            } else if (dotless) {
                out.append(lower(one));
            } else {
                upper(one).codePoints().forEach(upper -> out.appendCodePoint(Character.toLowerCase(upper)));
            }
        });
        return out.toString();
    }

    private static boolean isCased(int point) {
        return Character.isUpperCase(point) || Character.isLowerCase(point) || Character.isTitleCase(point);
    }

    private static boolean all(String text, IntPredicate predicate) {
        return !text.isEmpty() && text.codePoints().allMatch(predicate);
    }

    static boolean isAlphabetic(String text) {
        return all(text, Character::isLetter);
    }

    static boolean isDecimal(String text) {
        return all(text, point -> Character.getType(point) == Character.DECIMAL_DIGIT_NUMBER);
    }

    static boolean isDigit(String text) {
        return all(text, Letters::digit);
    }

    private static boolean digit(int point) {
        return Character.getType(point) == Character.DECIMAL_DIGIT_NUMBER
                || point == 0xb2
                || point == 0xb3
                || point == 0xb9
                || point == 0x2070
                || point >= 0x2074 && point <= 0x2079
                || point >= 0x2080 && point <= 0x2089
                || point >= 0x2460 && point <= 0x2468
                || point >= 0x2474 && point <= 0x247c
                || point >= 0x2488 && point <= 0x2490
                || point == 0x24ea
                || point >= 0x24f5 && point <= 0x24fd
                || point == 0x24ff
                || point >= 0x2776 && point <= 0x277e
                || point >= 0x2780 && point <= 0x2788
                || point >= 0x278a && point <= 0x2792;
    }

    static boolean isNumeric(String text) {
        return all(text, Letters::numeric);
    }

    private static boolean numeric(int point) {
        int type = Character.getType(point);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER
                || "\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\u767e\u5343\u842c\u5104\u96f6"
                                .indexOf(point)
                        >= 0;
    }

    static boolean isAlphanumeric(String text) {
        return all(text, point -> Character.isLetter(point) || digit(point) || numeric(point));
    }

    static boolean isIdentifier(String text) {
        if (text.isEmpty()) {
            return false;
        }
        int first = text.codePointAt(0);
        return (first == '_' || Character.isUnicodeIdentifierStart(first))
                && text.codePoints()
                        .allMatch(point -> point == '_'
                                || Character.isUnicodeIdentifierPart(point) && !Character.isIdentifierIgnorable(point));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(point -> Character.isUpperCase(point) || Character.isTitleCase(point));
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(point -> Character.isLowerCase(point) || Character.isTitleCase(point));
    }

    static boolean isTitle(String text) {
        boolean any = false;
        boolean inWord = false;
        for (int point : text.codePoints().toArray()) {
            boolean capital = Character.isUpperCase(point) || Character.isTitleCase(point);
            boolean small = Character.isLowerCase(point);
            if (capital && inWord || small && !inWord) {
                return false;
            }
            inWord = capital || small;
            any |= inWord;
        }
        return any;
    }

    static boolean isPrintable(String text) {
        return text.codePoints().allMatch(Printing::isPrintable);
    }

    static boolean isSpace(String text) {
        return all(text, Spaces::isSpace);
    }

    /** Removes characters of a set, or white space where the set is null, from the ends. */
    static String strip(String text, String set, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && stripped(text.codePointAt(start), set)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && stripped(text.codePointBefore(end), set)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    private static boolean stripped(int point, String set) {
        return set == null ? Spaces.isSpace(point) : set.indexOf(point) >= 0;
    }

    /** Splits at white space; the ends leave no empty parts, and what follows the last allowed split keeps its far end. */
    static List<String> words(String text, int most, boolean fromRight) {
        List<String> words = new ArrayList<>();
        int start = 0;
        int end = text.length();
        while (true) {
            while (!fromRight && start < end && Spaces.isSpace(text.charAt(start))) {
                start++;
            }
            while (fromRight && start < end && Spaces.isSpace(text.charAt(end - 1))) {
                end--;
            }
            if (start == end) {
                break;
            }
            if (words.size() == most) {
                words.add(text.substring(start, end));
                break;
            }
            int cut = fromRight ? end : start;
            while (cut > start - 1 && cut < end + 1) {
                int next = fromRight ? cut - 1 : cut;
                if (next < start || next >= end || Spaces.isSpace(text.charAt(next))) {
                    break;
                }
                cut += fromRight ? -1 : 1;
            }
            words.add(fromRight ? text.substring(cut, end) : text.substring(start, cut));
            start = fromRight ? start : cut;
            end = fromRight ? cut : end;
        }
        if (fromRight) {
            Collections.reverse(words);
        }
        return words;
    }

    /** Splits at a separator, at most so many times unless negative. */
    static List<String> split(String text, String separator, int most, boolean fromRight) {
        List<String> parts = new ArrayList<>();
        int left = most < 0 ? Integer.MAX_VALUE : most;
        if (fromRight) {
            int end = text.length();
            for (int at = text.lastIndexOf(separator);
                    at >= 0 && left-- > 0;
                    at = end - separator.length() < 0 ? -1 : text.lastIndexOf(separator, end - separator.length())) {
                parts.add(text.substring(at + separator.length(), end));
                end = at;
            }
            parts.add(text.substring(0, end));
            Collections.reverse(parts);
            return parts;
        }
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0 && left-- > 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** Splits at line ends, of which {@code \r\n} is one; a last line end begins no further line. */
    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && LINE_ENDS.indexOf(text.charAt(end)) < 0) {
                end++;
            }
            int next = end >= text.length() ? end : text.startsWith("\r\n", end) ? end + 2 : end + 1;
            lines.add(text.substring(start, keepEnds ? next : end));
            start = next;
        }
        return lines;
    }
}
