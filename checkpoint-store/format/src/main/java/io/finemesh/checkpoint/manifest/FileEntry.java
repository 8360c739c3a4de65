package io.finemesh.checkpoint.manifest;

/**
 * A file that goes with the weights (config.json, tokenizer.json), kept byte for byte.
 *
 * @param name plain file name, at most 200 characters of {@code A-Z a-z 0-9 . _ -}, not starting with a dot
 * @param blob its bytes
 */
public record FileEntry(String name, BlobReference blob) {
    private static final String NAME_PATTERN = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}";

    public FileEntry {
        if (!isPlainName(name)) {
            throw new IllegalArgumentException("'" + name.replaceAll("\\p{Cntrl}", "?")
                    + "' is not a plain file name; allowed are letters, digits, '.', '_' and '-', no leading dot");
        }
    }

    /** Whether a name can be created in any directory of any file system without leaving it. */
    public static boolean isPlainName(String name) {
        return name.matches(NAME_PATTERN);
    }
}
