package io.finemesh.template.syntax;

/** White space as Python's {@code str.isspace} and {@code \s} know it, no-break spaces included. */
public final class Spaces {
    private Spaces() {}

    /** True for a white space character; all of them are in the basic plane. */
    public static boolean isSpace(int point) {
        return point == ' '
                || point >= 0x09 && point <= 0x0d
                || point >= 0x1c && point <= 0x1f
                || point == 0x85
                || point == 0xa0
                || point > 0xff && Character.isSpaceChar(point);
    }

    /** First position at or after {@code from} that is no white space. */
    static int skip(String text, int from) {
        int index = from;
        while (index < text.length() && isSpace(text.charAt(index))) {
            index++;
        }
        return index;
    }
}
