package io.finemesh.template.operation;

import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Stable sorting by a key, with Python's errors for keys that have no order. */
public final class Sorting {
    private record Keyed<T>(Value key, T item) {}

    private Sorting() {}

    /** Sorts in place; descending order keeps equal elements in their order too. */
    public static <T> void sort(List<T> items, Function<T, Value> key, boolean descending, Budget budget) {
        List<Keyed<T>> keyed = new ArrayList<>(items.size());
        for (T item : items) {
            budget.step();
            keyed.add(new Keyed<>(key.apply(item), item));
        }
        keyed = merge(keyed, descending, budget);
        for (int index = 0; index < items.size(); index++) {
            items.set(index, keyed.get(index).item());
        }
    }

    /** Merge sort, because the library's sort refuses orders that contradict themselves, as those with NaN do. */
    private static <T> List<Keyed<T>> merge(List<Keyed<T>> items, boolean descending, Budget budget) {
        if (items.size() < 2) {
            return items;
        }
        int middle = items.size() / 2;
        List<Keyed<T>> left = merge(items.subList(0, middle), descending, budget);
        List<Keyed<T>> right = merge(items.subList(middle, items.size()), descending, budget);
        List<Keyed<T>> merged = new ArrayList<>(items.size());
        int one = 0;
        int other = 0;
        while (one < left.size() && other < right.size()) {
            budget.step();
            Value first = left.get(one).key();
            Value second = right.get(other).key();
            boolean swap = descending
                    ? Comparison.order(first, second, "<", budget) == -1
                    : Comparison.order(second, first, "<", budget) == -1;
            merged.add(swap ? right.get(other++) : left.get(one++));
        }
        merged.addAll(left.subList(one, left.size()));
        merged.addAll(right.subList(other, right.size()));
        return merged;
    }
}
