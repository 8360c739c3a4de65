package io.finemesh.contract.id;

/** SHA-256 of an immutable object's bytes, 64 lower-case hexadecimal digits. */
public record BlobDigest(String value) implements Identifier {
    public BlobDigest {
        if (!value.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "BlobDigest is '" + value + "', allowed: 64 lower-case hexadecimal digits");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
