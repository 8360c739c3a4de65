package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;

/** Escape sequences of string literals, those of Python; a backslash before any other character stays. */
final class Escapes {
    private Escapes() {}

    static String replace(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder out = new StringBuilder(literal.length());
        int at = 0;
        while (at < literal.length()) {
            char character = literal.charAt(at++);
            if (character != '\\') {
                out.append(character);
                continue;
            }
            char kind = literal.charAt(at++);
            switch (kind) {
                case '\n' -> {
                    // A backslash at the end of a line joins the lines.
                }
                case '\\', '\'', '"' -> out.append(kind);
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case 'x' -> at = hexadecimal(literal, at, 2, out, line);
                case 'u' -> at = hexadecimal(literal, at, 4, out, line);
                case 'U' -> at = hexadecimal(literal, at, 8, out, line);
                case 'N' -> at = named(literal, at, out, line);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int end = at;
                    while (end < literal.length()
                            && end < at + 2
                            && literal.charAt(end) >= '0'
                            && literal.charAt(end) <= '7') {
                        end++;
                    }
                    out.append((char) Integer.parseInt(literal.substring(at - 1, end), 8));
                    at = end;
                }
                default -> out.append('\\').append(kind);
            }
        }
        return out.toString();
    }

    private static int hexadecimal(String literal, int at, int length, StringBuilder out, int line) {
        int end = at + length;
        if (end > literal.length()
                || !literal.substring(at, end)
                        .chars()
                        .allMatch(digit -> digit < 0x80 && Character.digit(digit, 16) >= 0)) {
            throw TemplateException.syntax(
                    line, "an escape sequence in a string needs " + length + " hexadecimal digits");
        }
        long point = Long.parseLong(literal.substring(at, end), 16);
        if (point > Character.MAX_CODE_POINT) {
            throw TemplateException.syntax(
                    line, "an escape sequence in a string is beyond the last character of Unicode");
        }
        out.appendCodePoint((int) point);
        return end;
    }

    private static int named(String literal, int at, StringBuilder out, int line) {
        int close = literal.indexOf('}', at);
        if (at >= literal.length() || literal.charAt(at) != '{' || close < 0) {
            throw TemplateException.syntax(line, "'\\N' in a string needs the name of a character in braces");
        }
        try {
            out.appendCodePoint(Character.codePointOf(literal.substring(at + 1, close)));
        } catch (IllegalArgumentException unknown) {
            throw TemplateException.syntax(
                    line, "'" + literal.substring(at + 1, close) + "' is not the name of a character");
        }
        return close + 1;
    }
}
