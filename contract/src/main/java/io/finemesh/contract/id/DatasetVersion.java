package io.finemesh.contract.id;

/** Immutable version of a data set: {@code name@number}, or {@code name@number:held-out} for its held-out part. */
public record DatasetVersion(String value) implements Identifier {
    private static final String HELD_OUT = ":held-out";

    public DatasetVersion {
        Identifier.requireReadable("DatasetVersion", value);
    }

    /** The data set without its version, which is the same for all of them: {@code name}, or {@code name:held-out} for the held-out part. */
    public String dataset() {
        return value.replaceFirst("@[0-9]+", "");
    }

    /** The number, from 1; the value must have one. */
    public int number() {
        String whole = isHeldOut() ? value.substring(0, value.length() - HELD_OUT.length()) : value;
        return Integer.parseInt(whole.substring(whole.lastIndexOf('@') + 1));
    }

    /** Whether it is the held-out part. */
    public boolean isHeldOut() {
        return value.endsWith(HELD_OUT);
    }

    @Override
    public String toString() {
        return value;
    }
}
