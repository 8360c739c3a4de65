package io.finemesh.contract.id;

/** Identity of one firing of a policy; the run it leads to is named after it. */
public record FireId(String value) implements Identifier {
    public FireId {
        Identifier.requireReadable("FireId", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
