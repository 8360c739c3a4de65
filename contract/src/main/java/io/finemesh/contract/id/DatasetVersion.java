package io.finemesh.contract.id;

/** Immutable version of a data set: {@code name@number}. */
public record DatasetVersion(String value) implements Identifier {
    public DatasetVersion {
        Identifier.requireReadable("DatasetVersion", value);
    }

    /** The data set without its version, which is the same for all of them: {@code name}, or {@code name:held-out} for the held-out part. */
    public String dataset() {
        return value.replaceFirst("@[0-9]+", "");
    }

    @Override
    public String toString() {
        return value;
    }
}
