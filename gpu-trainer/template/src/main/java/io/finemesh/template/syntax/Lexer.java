package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.syntax.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens with the settings of the field's renderer: {@code trim_blocks} drops the line break after a block,
 * {@code lstrip_blocks} the blanks before one, and the last line break of the template does not count. Linear in the length.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private int line = 1;
    private boolean lineStarting = true;

    private Lexer(String source) {
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    static List<Token> tokenize(String source) {
        Lexer lexer = new Lexer(source);
        lexer.root();
        lexer.add(Kind.END, "");
        return lexer.tokens;
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void root() {
        while (at < source.length()) {
            int begin = nextTag(at);
            if (begin < 0) {
                data(source.substring(at));
                at = source.length();
                return;
            }
            char kind = source.charAt(begin + 1);
            int rawEnd = kind == '%' ? rawBegin(begin) : -1;
            char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
            data(stripped(source.substring(at, begin), sign, kind != '{'));
            if (rawEnd >= 0) {
                move(begin, rawEnd);
                raw();
            } else {
                move(begin, begin + (sign == '-' || sign == '+' ? 3 : 2));
                switch (kind) {
                    case '#' -> comment();
                    case '{' -> tag(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END);
                    default -> tag(Kind.BLOCK_BEGIN, Kind.BLOCK_END);
                }
            }
        }
    }

    private int nextTag(int from) {
        for (int index = source.indexOf('{', from); index >= 0; index = source.indexOf('{', index + 1)) {
            if (index + 1 < source.length() && "{%#".indexOf(source.charAt(index + 1)) >= 0) {
                return index;
            }
        }
        return -1;
    }

    /** Emits text and counts the lines of what stood in the template, stripped or not. */
    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
        }
    }

    /** Goes on after {@code to}, counting lines from the position reached so far. */
    private void move(int begin, int to) {
        for (int index = at; index < to; index++) {
            if (source.charAt(index) == '\n') {
                line++;
            }
        }
        at = to;
        lineStarting = to > begin && source.charAt(to - 1) == '\n';
    }

    private String stripped(String text, char sign, boolean block) {
        if (sign == '-') {
            int end = text.length();
            while (end > 0 && Spaces.isSpace(text.charAt(end - 1))) {
                end--;
            }
            return text.substring(0, end);
        }
        if (sign != '+' && block) {
            int start = text.lastIndexOf('\n') + 1;
            if ((start > 0 || lineStarting) && text.chars().skip(start).allMatch(Spaces::isSpace)) {
                return text.substring(0, start);
            }
        }
        return text;
    }

    /** Position after <code>{% raw %}</code> that begins here, or -1. */
    private int rawBegin(int begin) {
        int index = begin + 2;
        if (index < source.length() && "-+".indexOf(source.charAt(index)) >= 0) {
            index++;
        }
        index = Spaces.skip(source, index);
        if (!source.startsWith("raw", index)) {
            return -1;
        }
        index = Spaces.skip(source, index + 3);
        if (source.startsWith("%}", index)) {
            return index + 2;
        }
        return source.startsWith("-%}", index) ? Spaces.skip(source, index + 3) : -1;
    }

    private void raw() {
        for (int index = source.indexOf("{%", at); index >= 0; index = source.indexOf("{%", index + 1)) {
            int cursor = index + 2;
            char sign = cursor < source.length() ? source.charAt(cursor) : ' ';
            if (sign == '-' || sign == '+') {
                cursor++;
            }
            cursor = Spaces.skip(source, cursor);
            if (source.startsWith("endraw", cursor)) {
                int end = blockEnd(Spaces.skip(source, cursor + 6));
                if (end >= 0) {
                    data(stripped(source.substring(at, index), sign, true));
                    move(index, end);
                    return;
                }
            }
        }
        throw TemplateException.syntax(line, "'{% raw %}' is not closed by '{% endraw %}'");
    }

    private void comment() {
        int close = source.indexOf("#}", at);
        if (close < 0) {
            throw TemplateException.syntax(line, "a comment is not closed by '#}'");
        }
        int end = close + 2;
        char sign = close > at ? source.charAt(close - 1) : ' ';
        if (sign == '-') {
            end = Spaces.skip(source, end);
        } else if (sign != '+' && end < source.length() && source.charAt(end) == '\n') {
            end++;
        }
        move(close, end);
    }

    /** Position after the end of a block that is here, or -1. */
    private int blockEnd(int from) {
        if (source.startsWith("+%}", from)) {
            return from + 3;
        }
        if (source.startsWith("-%}", from)) {
            return Spaces.skip(source, from + 3);
        }
        if (source.startsWith("%}", from)) {
            return from + 2 < source.length() && source.charAt(from + 2) == '\n' ? from + 3 : from + 2;
        }
        return -1;
    }

    private int variableEnd(int from) {
        if (source.startsWith("-}}", from)) {
            return Spaces.skip(source, from + 3);
        }
        return source.startsWith("}}", from) ? from + 2 : -1;
    }

    private void tag(Kind begin, Kind end) {
        int opened = line;
        add(begin, "");
        open.clear();
        while (true) {
            if (open.isEmpty()) {
                int after = end == Kind.BLOCK_END ? blockEnd(at) : variableEnd(at);
                if (after >= 0) {
                    add(end, "");
                    move(at, after);
                    return;
                }
            }
            if (at >= source.length()) {
                throw TemplateException.syntax(
                        opened, "the tag that begins here is not closed by " + end.description());
            }
            inside();
        }
    }

    private void inside() {
        char character = source.charAt(at);
        if (Spaces.isSpace(character)) {
            move(at, Spaces.skip(source, at));
        } else if (character >= '0' && character <= '9') {
            number();
        } else if (isNamePart(source.codePointAt(at))) {
            name();
        } else if (character == '"' || character == '\'') {
            string(character);
        } else {
            operator();
        }
    }

    private void number() {
        int end = digits(at);
        boolean real = false;
        if (at == 0 || source.charAt(at - 1) != '.') {
            int mark = end;
            if (mark + 1 < source.length() && source.charAt(mark) == '.' && isDigit(mark + 1)) {
                mark = digits(mark + 1);
                real = true;
            }
            if (mark < source.length() && (source.charAt(mark) | 32) == 'e') {
                int exponent = mark + 1;
                if (exponent < source.length() && "+-".indexOf(source.charAt(exponent)) >= 0) {
                    exponent++;
                }
                if (isDigit(exponent)) {
                    mark = digits(exponent);
                    real = true;
                }
            }
            end = real ? mark : end;
        }
        if (!real) {
            end = integerEnd();
        }
        add(real ? Kind.FLOAT : Kind.INTEGER, source.substring(at, end).replace("_", ""));
        move(at, end);
    }

    /** End of an integer: a prefix and its digits, digits that do not begin with 0, or zeros. */
    private int integerEnd() {
        if (source.charAt(at) == '0' && at + 1 < source.length()) {
            int radix =
                    switch (source.charAt(at + 1) | 32) {
                        case 'x' -> 16;
                        case 'o' -> 8;
                        case 'b' -> 2;
                        default -> 0;
                    };
            if (radix > 0) {
                int end = group(at + 2, radix);
                if (end > at + 2) {
                    return end;
                }
            }
            return Math.max(at + 1, group(at + 1, 1));
        }
        return group(at + 1, 10);
    }

    /** End of {@code (_?digit)*}; radix 1 stands for zeros alone. */
    private int group(int from, int radix) {
        int end = from;
        while (true) {
            int next = end < source.length() && source.charAt(end) == '_' ? end + 1 : end;
            if (next >= source.length()) {
                return end;
            }
            char character = source.charAt(next);
            boolean digit = radix == 1 ? character == '0' : character < 0x80 && Character.digit(character, radix) >= 0;
            if (!digit) {
                return end;
            }
            end = next + 1;
        }
    }

    private boolean isDigit(int index) {
        return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
    }

    private int digits(int from) {
        return isDigit(from) ? group(from + 1, 10) : from;
    }

    private static boolean isNamePart(int point) {
        return point == '_' || Character.isUnicodeIdentifierPart(point) && !Character.isIdentifierIgnorable(point);
    }

    private void name() {
        int end = at;
        while (end < source.length() && isNamePart(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        String name = source.substring(at, end);
        int first = name.codePointAt(0);
        if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
            throw TemplateException.syntax(line, "'" + name + "' is not a name");
        }
        add(Kind.NAME, name);
        move(at, end);
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw TemplateException.syntax(line, "a string that begins with " + quote + " is not closed");
        }
        add(Kind.STRING, Escapes.replace(source.substring(at + 1, end), line));
        move(at, end + 1);
    }

    private void operator() {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                balance(operator.charAt(0));
                add(Kind.OPERATOR, operator);
                move(at, at + operator.length());
                return;
            }
        }
        throw TemplateException.syntax(
                line, "unexpected character '" + Character.toString(source.codePointAt(at)) + "'");
    }

    private void balance(char bracket) {
        switch (bracket) {
            case '{' -> open.push('}');
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '}', ')', ']' -> {
                if (open.isEmpty()) {
                    throw TemplateException.syntax(line, "unexpected '" + bracket + "'");
                }
                char expected = open.pop();
                if (expected != bracket) {
                    throw TemplateException.syntax(line, "unexpected '" + bracket + "', expected '" + expected + "'");
                }
            }
            default -> {
                // No bracket: nothing to balance.
            }
        }
    }
}
