package io.finemesh.contract.id;

/** Content-derived identity of a committed checkpoint: {@code ck-} and the first 32 hexadecimal digits of its manifest's SHA-256. */
public record CheckpointId(String value) implements Identifier {
    public CheckpointId {
        Identifier.requireReadable("CheckpointId", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
