package io.finemesh.contract.id;

/** Identity of one fine-tuning run; key of every run-keyed topic. */
public record RunId(String value) implements Identifier {
    public RunId {
        Identifier.requireReadable("RunId", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
