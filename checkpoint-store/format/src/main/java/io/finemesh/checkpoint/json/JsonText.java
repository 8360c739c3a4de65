package io.finemesh.checkpoint.json;

/** JSON strings (RFC 8259 section 7) spelled as the safetensors reference writer spells them. */
public final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /**
     * Appends the quoted text: the short escapes where JSON has one, {@code \\u00xx} in lower case for the other control
     * characters, everything else verbatim.
     *
     * @throws IllegalArgumentException if the text has an unpaired surrogate, which UTF-8 cannot express
     */
    public static void quote(StringBuilder out, String text) {
        if (!isUnicode(text)) {
            throw new IllegalArgumentException("text has an unpaired surrogate and cannot be written as UTF-8");
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Whether the text is well-formed UTF-16: a JSON escape can smuggle half a surrogate pair into a Java string. */
    public static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            } else if (Character.isLowSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    /** Orders text by Unicode code point, which is the order of its UTF-8 bytes (not that of {@link String#compareTo}). */
    public static int compareUtf8(String left, String right) {
        int shared = Math.min(left.length(), right.length());
        for (int i = 0; i < shared; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                // UTF-16 sorts surrogates (code points above U+FFFF) below U+E000..U+FFFF; UTF-8 sorts them above.
                boolean aSurrogate = Character.isSurrogate(a);
                boolean bSurrogate = Character.isSurrogate(b);
                if (aSurrogate != bSurrogate) {
                    return aSurrogate ? 1 : -1;
                }
                return Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
