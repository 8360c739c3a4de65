package io.finemesh.template.value;

/**
 * Keys, values or items of a dictionary, in its order.
 *
 * @param of the dictionary
 * @param part which part of each entry
 */
public record DictionaryView(Dictionary of, Part part) implements Value {
    /** The part of an entry that a view shows. */
    public enum Part {
        KEYS,
        VALUES,
        ITEMS
    }

    @Override
    public long weight() {
        return of.weight();
    }

    @Override
    public int nesting() {
        return of.nesting();
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
