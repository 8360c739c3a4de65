package io.finemesh.contract.id;

/** Stable name of a trainer process, kept across its restarts. */
public record TrainerId(String value) implements Identifier {
    public TrainerId {
        Identifier.requireReadable("TrainerId", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
