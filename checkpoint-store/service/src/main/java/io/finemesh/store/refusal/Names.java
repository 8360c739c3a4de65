package io.finemesh.store.refusal;

import io.finemesh.store.refusal.RefusalException.Kind;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names that users give to models and data sets. */
public final class Names {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern CHECKPOINT = Pattern.compile("ck-[0-9a-f]{32}");

    private Names() {}

    /**
     * The name, if it may be one.
     *
     * @param kind what it names, in words
     * @throws RefusalException if it could not stand in a key, or would be mistaken for a checkpoint
     */
    public static String require(String kind, String name) {
        if (name == null || name.isEmpty()) {
            throw new RefusalException(
                    Kind.MALFORMED, "the " + kind + " has no name; give one with the query parameter name");
        }
        if (!ALLOWED.matcher(name).matches()) {
            throw new RefusalException(
                    Kind.MALFORMED,
                    "the " + kind + " name '" + shown(name)
                            + "' is not allowed; allowed: 1 to 64 letters, digits or . _ - beginning with a letter or digit");
        }
        if (CHECKPOINT.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
            throw new RefusalException(
                    Kind.MALFORMED, "the " + kind + " name '" + name + "' looks like a checkpoint id; choose another");
        }
        return name;
    }

    /** Foreign text, printable and of bounded length. */
    public static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}+", " ");
        return printable.length() <= 100 ? printable : printable.substring(0, 100) + "…";
    }
}
