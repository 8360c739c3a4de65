package io.finemesh.template.operation;

/** Characters that mean something in HTML, replaced as the field's {@code escape} does. */
public final class Escaping {
    private Escaping() {}

    /** Replaces the five characters. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            switch (character) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '\'' -> escaped.append("&#39;");
                case '"' -> escaped.append("&#34;");
                default -> escaped.append(character);
            }
        }
        return escaped.toString();
    }
}
