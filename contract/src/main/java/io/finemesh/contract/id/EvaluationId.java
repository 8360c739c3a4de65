package io.finemesh.contract.id;

/** Identity of one evaluation of one checkpoint. */
public record EvaluationId(String value) implements Identifier {
    public EvaluationId {
        Identifier.requireReadable("EvaluationId", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
