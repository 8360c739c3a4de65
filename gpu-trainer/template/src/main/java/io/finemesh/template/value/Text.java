package io.finemesh.template.value;

/**
 * A text. Lengths and indices that templates see count Unicode code points, as in Python.
 *
 * @param string the characters
 * @param markup true for text that {@code escape} or {@code safe} made: joining other text to it with {@code +} escapes that text
 */
public record Text(String string, boolean markup) implements Value {
    /** Nothing. */
    public static final Text EMPTY = new Text("", false);

    public static Text of(String string) {
        return string.isEmpty() ? EMPTY : new Text(string, false);
    }

    @Override
    public long weight() {
        return 1L + string.length() / 64;
    }

    /** Length in code points. */
    public int length() {
        return string.codePointCount(0, string.length());
    }

    /** True where code points and Java characters coincide. */
    public boolean isFlat() {
        return length() == string.length();
    }

    /** Text between two code point positions. */
    public String between(int from, int to) {
        if (from >= to) {
            return "";
        }
        int start = string.offsetByCodePoints(0, from);
        return string.substring(start, string.offsetByCodePoints(start, to - from));
    }
}
