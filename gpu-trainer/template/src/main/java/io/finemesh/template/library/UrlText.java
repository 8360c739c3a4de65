package io.finemesh.template.library;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Text within an address, every byte that is not plain written as its number. */
final class UrlText {
    private static final String PLAIN = "_.-~";

    private UrlText() {}

    /** Quotes; in a query a slash is quoted too and a blank becomes a plus. */
    static String quote(String text, boolean query) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            int code = each & 0xff;
            boolean letter = code < 0x80 && Character.isLetterOrDigit(code);
            if (letter || PLAIN.indexOf(code) >= 0 || code == '/' && !query) {
                out.append((char) code);
            } else if (code == ' ' && query) {
                out.append('+');
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", code));
            }
        }
        return out.toString();
    }
}
