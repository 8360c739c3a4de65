package io.finemesh.template.value;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import java.util.List;

/** A list or a tuple; neither ever changes, since the sandbox forbids the methods that would. */
public sealed interface Sequence extends Value {
    /** Deepest nesting of collections; the field's renderer fails at a similar depth. */
    int DEEPEST = 200;

    /** The elements, in order. */
    List<Value> items();

    /** A list. */
    final class Array implements Sequence {
        private final List<Value> items;
        private final long weight;
        private final int nesting;

        private Array(List<Value> items) {
            this.items = items;
            this.weight = totalWeight(items);
            this.nesting = deepest(items);
        }

        @Override
        public List<Value> items() {
            return items;
        }

        @Override
        public long weight() {
            return weight;
        }

        @Override
        public int nesting() {
            return nesting;
        }
    }

    /** A tuple; its elements may have names, as the groups of {@code groupby} do. */
    final class Tuple implements Sequence {
        private final List<Value> items;
        private final List<String> names;
        private final long weight;
        private final int nesting;

        Tuple(List<Value> items, List<String> names) {
            this.items = items;
            this.names = names;
            this.weight = totalWeight(items);
            this.nesting = deepest(items);
        }

        @Override
        public List<Value> items() {
            return items;
        }

        /** Names of the elements; empty for a plain tuple. */
        public List<String> names() {
            return names;
        }

        @Override
        public long weight() {
            return weight;
        }

        @Override
        public int nesting() {
            return nesting;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Tuple tuple && tuple.items.equals(items);
        }

        @Override
        public int hashCode() {
            return items.hashCode();
        }
    }

    /** A list of these elements, which the caller hands over. */
    static Array list(List<Value> items, Budget budget) {
        budget.allocate(items.size());
        return new Array(items);
    }

    /** A tuple of these elements, which the caller hands over. */
    static Tuple tuple(List<Value> items, Budget budget) {
        budget.allocate(items.size());
        return new Tuple(items, List.of());
    }

    /** A tuple whose elements have names. */
    static Tuple named(List<String> names, List<Value> items, Budget budget) {
        budget.allocate(items.size());
        return new Tuple(items, names);
    }

    /** The weights of these values and one; at most {@link Long#MAX_VALUE}. */
    static long totalWeight(Iterable<Value> values) {
        long total = 1;
        for (Value value : values) {
            total += value.weight();
            if (total < 0 || total > Long.MAX_VALUE / 4) {
                return Long.MAX_VALUE / 4;
            }
        }
        return total;
    }

    /** One level more than the deepest of these values. */
    static int deepest(Iterable<Value> values) {
        int deepest = 0;
        for (Value value : values) {
            deepest = Math.max(deepest, value.nesting());
        }
        if (deepest >= DEEPEST) {
            throw TemplateException.limit(
                    "lists and dictionaries nest deeper than " + DEEPEST + " levels; deeper is not allowed");
        }
        return deepest + 1;
    }
}
