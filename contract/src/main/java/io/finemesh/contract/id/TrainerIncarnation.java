package io.finemesh.contract.id;

/** One life of a trainer process: a new value at every start, so that a restart is told from a pause. */
public record TrainerIncarnation(String value) implements Identifier {
    public TrainerIncarnation {
        Identifier.requireReadable("TrainerIncarnation", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
