package io.finemesh.contract.id;

/** Immutable version of a data set: {@code name@number}. */
public record DatasetVersion(String value) implements Identifier {
    public DatasetVersion {
        Identifier.requireReadable("DatasetVersion", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
