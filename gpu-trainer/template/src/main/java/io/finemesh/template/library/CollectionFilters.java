package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Arithmetic;
import io.finemesh.template.operation.Arithmetic.Operator;
import io.finemesh.template.operation.Comparison;
import io.finemesh.template.operation.Iteration;
import io.finemesh.template.operation.Sorting;
import io.finemesh.template.operation.Truthiness;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.DictionaryView;
import io.finemesh.template.value.Generator;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;

/** Filters that take or make collections. */
final class CollectionFilters {
    private CollectionFilters() {}

    static Map<String, Filters.Filter> all() {
        Map<String, Filters.Filter> filters = new LinkedHashMap<>();
        filters.put("length", CollectionFilters::length);
        filters.put("count", CollectionFilters::length);
        filters.put("first", CollectionFilters::first);
        filters.put("last", CollectionFilters::last);
        filters.put("list", (value, arguments, surroundings) -> {
            arguments.bind("list");
            return Sequence.list(Iteration.collect(value, surroundings.budget()), surroundings.budget());
        });
        filters.put("reverse", CollectionFilters::reverse);
        filters.put("join", CollectionFilters::join);
        filters.put("sort", CollectionFilters::sort);
        filters.put("dictsort", CollectionFilters::sortDictionary);
        filters.put("min", (value, arguments, surroundings) -> extreme(value, arguments, surroundings, "min", -1));
        filters.put("max", (value, arguments, surroundings) -> extreme(value, arguments, surroundings, "max", 1));
        filters.put("sum", CollectionFilters::sum);
        filters.put("groupby", CollectionFilters::group);
        filters.put("batch", CollectionFilters::batch);
        filters.put("slice", CollectionFilters::slice);
        filters.put("items", CollectionFilters::items);
        return filters;
    }

    private static Value length(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("length");
        OptionalLong length = Iteration.length(value);
        if (length.isEmpty()) {
            throw TemplateException.type("a value of type " + TypeName.of(value) + " has no length");
        }
        surroundings.budget().read(value instanceof Text text ? text.string().length() : 0);
        return Value.Whole.of(length.getAsLong());
    }

    private static Value first(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("first");
        Iterator<Value> elements = Iteration.over(value, surroundings.budget());
        return elements.hasNext() ? elements.next() : Undefined.because("'first' of nothing");
    }

    private static Value last(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("last");
        Iterator<Value> elements = Iteration.backwards(value, surroundings.budget());
        return elements.hasNext() ? elements.next() : Undefined.because("'last' of nothing");
    }

    private static Value reverse(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("reverse");
        Budget budget = surroundings.budget();
        if (value instanceof Text text) {
            budget.text(text.string().length());
            int[] points = text.string().codePoints().toArray();
            StringBuilder out = new StringBuilder(text.string().length());
            for (int index = points.length - 1; index >= 0; index--) {
                out.appendCodePoint(points[index]);
            }
            return new Text(out.toString(), text.markup());
        }
        if (value instanceof Generator) {
            List<Value> all = Iteration.collect(value, budget);
            return Sequence.list(new ArrayList<>(all.reversed()), budget);
        }
        return new Generator(Iteration.backwards(value, budget));
    }

    private static Value join(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("join", "d?", "attribute?");
        Budget budget = surroundings.budget();
        String separator = bound[0] == null ? "" : Attributes.print(bound[0], budget);
        Function<Value, Value> getter = SelectionFilters.getter(bound[1], null, false, budget);
        BoundedText out = new BoundedText(budget);
        Iterator<Value> elements = Iteration.over(value, budget);
        for (boolean first = true; elements.hasNext(); first = false) {
            budget.step();
            out.append(first ? "" : separator);
            out.append(surroundings.print(getter.apply(elements.next())));
        }
        return Text.of(out.toString());
    }

    private static boolean flag(Value value) {
        return value != null && Truthiness.of(value);
    }

    private static Value sort(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("sort", "reverse?", "case_sensitive?", "attribute?");
        Budget budget = surroundings.budget();
        List<Function<Value, Value>> getters = new ArrayList<>();
        if (bound[2] instanceof Text text) {
            for (String part : Letters.split(text.string(), ",", -1, false)) {
                getters.add(SelectionFilters.getter(Text.of(part), null, !flag(bound[1]), budget));
            }
        } else {
            getters.add(SelectionFilters.getter(bound[2], null, !flag(bound[1]), budget));
        }
        List<Value> items = Iteration.collect(value, budget);
        Sorting.sort(
                items,
                item -> {
                    List<Value> keys = new ArrayList<>(getters.size());
                    getters.forEach(getter -> keys.add(getter.apply(item)));
                    return Sequence.list(keys, budget);
                },
                flag(bound[0]),
                budget);
        return Sequence.list(items, budget);
    }

    private static Value sortDictionary(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("dictsort", "case_sensitive?", "by?", "reverse?");
        Budget budget = surroundings.budget();
        String by = bound[1] == null ? "key" : Attributes.text(bound[1], "'dictsort'");
        if (!by.equals("key") && !by.equals("value")) {
            throw TemplateException.value("'dictsort' sorts by 'key' or by 'value', not by '" + by + "'");
        }
        if (!(value instanceof Dictionary dictionary)) {
            throw needsDictionary("dictsort", value);
        }
        List<Dictionary.Entry> entries = new ArrayList<>(dictionary.entries());
        Sorting.sort(
                entries,
                entry -> {
                    Value key = by.equals("key") ? entry.key() : entry.value();
                    return flag(bound[0]) ? key : SelectionFilters.lowered(key, budget);
                },
                flag(bound[2]),
                budget);
        List<Value> pairs = new ArrayList<>(entries.size());
        entries.forEach(entry -> pairs.add(Sequence.tuple(List.of(entry.key(), entry.value()), budget)));
        return Sequence.list(pairs, budget);
    }

    private static TemplateException needsDictionary(String filter, Value value) {
        return value instanceof Undefined undefined
                ? undefined.failure()
                : TemplateException.type(
                        "'" + filter + "' needs a dictionary, not a value of type " + TypeName.of(value));
    }

    private static Value extreme(Value value, Arguments arguments, Surroundings surroundings, String name, int sign) {
        Value[] bound = arguments.bind(name, "case_sensitive?", "attribute?");
        Budget budget = surroundings.budget();
        Iterator<Value> elements = Iteration.over(value, budget);
        if (!elements.hasNext()) {
            return Undefined.because("'" + name + "' of nothing");
        }
        Function<Value, Value> getter = SelectionFilters.getter(bound[1], null, !flag(bound[0]), budget);
        Value best = elements.next();
        Value bestKey = getter.apply(best);
        while (elements.hasNext()) {
            budget.step();
            Value element = elements.next();
            Value key = getter.apply(element);
            if (Comparison.order(key, bestKey, sign < 0 ? "<" : ">", budget) == sign) {
                best = element;
                bestKey = key;
            }
        }
        return best;
    }

    private static Value sum(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("sum", "attribute?", "start?");
        Budget budget = surroundings.budget();
        Function<Value, Value> getter = SelectionFilters.getter(bound[0], null, false, budget);
        Value total = bound[1] == null ? Value.Whole.of(0) : bound[1];
        if (total instanceof Text) {
            throw TemplateException.type("'sum' adds numbers or lists; for texts there is 'join'");
        }
        Iterator<Value> elements = Iteration.over(value, budget);
        while (elements.hasNext()) {
            budget.step();
            total = Arithmetic.apply(Operator.ADD, total, getter.apply(elements.next()), budget);
        }
        return total;
    }

    private static Value group(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("groupby", "attribute", "default?", "case_sensitive?");
        Budget budget = surroundings.budget();
        boolean ignoreCase = !flag(bound[2]);
        Function<Value, Value> key = SelectionFilters.getter(bound[0], bound[1], ignoreCase, budget);
        Function<Value, Value> shown = SelectionFilters.getter(bound[0], bound[1], false, budget);
        List<Value> items = Iteration.collect(value, budget);
        Sorting.sort(items, key, false, budget);
        List<Value> groups = new ArrayList<>();
        for (int start = 0; start < items.size(); ) {
            Value first = key.apply(items.get(start));
            int end = start + 1;
            while (end < items.size() && Comparison.equal(key.apply(items.get(end)), first, budget)) {
                end++;
            }
            Value members = Sequence.list(new ArrayList<>(items.subList(start, end)), budget);
            Value grouper = shown.apply(items.get(start));
            groups.add(Sequence.named(List.of("grouper", "list"), List.of(grouper, members), budget));
            start = end;
        }
        return Sequence.list(groups, budget);
    }

    private static Value batch(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("batch", "linecount", "fill_with?");
        Budget budget = surroundings.budget();
        int size = Attributes.small(bound[0], "'batch'");
        Iterator<Value> elements = Iteration.over(value, budget);
        return new Generator(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return elements.hasNext();
            }

            @Override
            public Value next() {
                List<Value> line = new ArrayList<>();
                do {
                    budget.step();
                    budget.allocate(1);
                    line.add(elements.next());
                } while (elements.hasNext() && line.size() != size);
                if (bound[1] != null && bound[1] != Value.None.NONE && line.size() < size) {
                    budget.allocate(size);
                    while (line.size() < size) {
                        line.add(bound[1]);
                    }
                }
                return Sequence.list(line, budget);
            }
        });
    }

    private static Value slice(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("slice", "slices", "fill_with?");
        Budget budget = surroundings.budget();
        List<Value> all = Iteration.collect(value, budget);
        int slices = Attributes.small(bound[0], "'slice'");
        if (slices == 0) {
            throw TemplateException.value("'slice' into 0 parts");
        }
        int each = Math.floorDiv(all.size(), slices);
        int larger = Math.floorMod(all.size(), slices);
        return new Generator(new Iterator<>() {
            private int number;
            private int start;

            @Override
            public boolean hasNext() {
                return number < slices;
            }

            @Override
            public Value next() {
                budget.step();
                int end = start + each + (number < larger ? 1 : 0);
                List<Value> part = new ArrayList<>(all.subList(start, end));
                if (bound[1] != null && bound[1] != Value.None.NONE && number >= larger) {
                    part.add(bound[1]);
                }
                start = end;
                number++;
                return Sequence.list(part, budget);
            }
        });
    }

    private static Value items(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("items");
        if (value instanceof Undefined) {
            return new Generator(java.util.Collections.emptyIterator());
        }
        if (!(value instanceof Dictionary dictionary)) {
            throw needsDictionary("items", value);
        }
        return new Generator(
                Iteration.over(new DictionaryView(dictionary, DictionaryView.Part.ITEMS), surroundings.budget()));
    }
}
