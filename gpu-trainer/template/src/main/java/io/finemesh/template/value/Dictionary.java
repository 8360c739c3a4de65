package io.finemesh.template.value;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A dictionary in the order of insertion. Equal keys of different types are one key: {@code 1}, {@code 1.0} and {@code True}. */
public final class Dictionary implements Value {
    /** A key as it was written, and its value. */
    public record Entry(Value key, Value value) {}

    private final Map<Value, Entry> entries;
    private final long weight;
    private final int nesting;

    private Dictionary(Map<Value, Entry> entries) {
        this.entries = entries;
        List<Value> all = new ArrayList<>(2 * entries.size());
        for (Entry entry : entries.values()) {
            all.add(entry.key());
            all.add(entry.value());
        }
        this.weight = Sequence.totalWeight(all);
        this.nesting = Sequence.deepest(all);
    }

    /** Collects entries; a later value of an equal key replaces the earlier one, in its place and under its spelling. */
    public static final class Builder {
        private final Map<Value, Entry> entries = new LinkedHashMap<>();

        /** Adds or replaces. */
        public Builder put(Value key, Value value, Budget budget) {
            budget.visit(key.weight());
            Value canonical = canonical(key);
            Entry before = entries.get(canonical);
            entries.put(canonical, new Entry(before == null ? key : before.key(), value));
            return this;
        }

        /** Adds all entries of another dictionary. */
        public Builder putAll(Dictionary other, Budget budget) {
            other.entries().forEach(entry -> put(entry.key(), entry.value(), budget));
            return this;
        }

        /** The finished dictionary. */
        public Dictionary build(Budget budget) {
            budget.allocate(2L * entries.size());
            return new Dictionary(entries);
        }
    }

    /** The value of a key, or null. */
    public Value get(Value key, Budget budget) {
        budget.visit(key.weight());
        return getPaid(key);
    }

    /** The value of a key whose weight the caller has counted, or null. */
    public Value getPaid(Value key) {
        Entry entry = entries.get(canonical(key));
        return entry == null ? null : entry.value();
    }

    /** The value of a text key, or null. */
    public Value get(String key) {
        Entry entry = entries.get(Text.of(key));
        return entry == null ? null : entry.value();
    }

    public Collection<Entry> entries() {
        return entries.values();
    }

    public int size() {
        return entries.size();
    }

    @Override
    public long weight() {
        return weight;
    }

    @Override
    public int nesting() {
        return nesting;
    }

    /** The form under which equal keys meet. */
    public static Value canonical(Value key) {
        return switch (key) {
            case Truth truth -> Whole.of(truth == Truth.TRUE ? 1 : 0);
            case Real real -> {
                double number = real.number();
                yield number == Math.rint(number) && !Double.isInfinite(number)
                        ? new Whole(new java.math.BigDecimal(number).toBigInteger())
                        : real;
            }
            case Text text -> text.markup() ? Text.of(text.string()) : text;
            case Sequence.Tuple tuple -> {
                List<Value> items = new ArrayList<>(tuple.items().size());
                tuple.items().forEach(item -> items.add(canonical(item)));
                yield new Sequence.Tuple(items, List.of());
            }
            case Sequence.Array list -> throw TemplateException.type("a list cannot be a key of a dictionary");
            case Dictionary dictionary -> throw TemplateException.type("a dictionary cannot be a key of a dictionary");
            case Undefined undefined -> ANY_UNDEFINED;
            case None none -> none;
            case Whole whole -> whole;
            case DictionaryView view ->
                throw TemplateException.type("a view of a dictionary cannot be a key of a dictionary");
            case Range range -> range;
            case Generator generator -> generator;
            case Namespace namespace -> namespace;
            case Callable callable -> callable;
            case Attributed attributed -> attributed;
        };
    }

    private static final Undefined ANY_UNDEFINED = Undefined.because("");
}
