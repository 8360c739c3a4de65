package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Iteration;
import io.finemesh.template.operation.Truthiness;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Generator;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Filters that look attributes up and choose elements; they do their work when somebody asks for elements. */
final class SelectionFilters {
    private SelectionFilters() {}

    static Map<String, Filters.Filter> all() {
        Map<String, Filters.Filter> filters = new LinkedHashMap<>();
        filters.put("unique", SelectionFilters::unique);
        filters.put("map", SelectionFilters::map);
        filters.put(
                "select",
                (value, arguments, surroundings) -> chosen(value, arguments, surroundings, "select", false, true));
        filters.put(
                "reject",
                (value, arguments, surroundings) -> chosen(value, arguments, surroundings, "reject", false, false));
        filters.put(
                "selectattr",
                (value, arguments, surroundings) -> chosen(value, arguments, surroundings, "selectattr", true, true));
        filters.put(
                "rejectattr",
                (value, arguments, surroundings) -> chosen(value, arguments, surroundings, "rejectattr", true, false));
        return filters;
    }

    /** Looks a path such as {@code a.b.0} up; null is the element itself. */
    static Function<Value, Value> getter(Value attribute, Value fallback, boolean ignoreCase, Budget budget) {
        List<Value> parts = parts(attribute);
        return element -> {
            Value result = element;
            for (Value part : parts) {
                budget.step();
                result = Attributes.item(result, part, budget);
                if (fallback != null && fallback != Value.None.NONE && result instanceof Undefined) {
                    result = fallback;
                }
            }
            return ignoreCase ? lowered(result, budget) : result;
        };
    }

    static Value lowered(Value value, Budget budget) {
        if (value instanceof Text text) {
            budget.text(text.string().length());
            return new Text(Letters.lower(text.string()), text.markup());
        }
        return value;
    }

    private static List<Value> parts(Value attribute) {
        if (attribute == null || attribute == Value.None.NONE) {
            return List.of();
        }
        if (!(attribute instanceof Text text)) {
            return List.of(attribute);
        }
        List<Value> parts = new ArrayList<>();
        for (String part : Letters.split(text.string(), ".", -1, false)) {
            boolean number = !part.isEmpty()
                    && part.length() < 10
                    && part.chars().allMatch(point -> point >= '0' && point <= '9');
            parts.add(number ? Value.Whole.of(Long.parseLong(part)) : Text.of(part));
        }
        return parts;
    }

    private static Value unique(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("unique", "case_sensitive?", "attribute?");
        Budget budget = surroundings.budget();
        Function<Value, Value> getter = getter(bound[1], null, !(bound[0] != null && Truthiness.of(bound[0])), budget);
        Set<Value> seen = new HashSet<>();
        Iterator<Value> elements = Iteration.over(value, budget);
        return new Generator(new Filtered(
                elements,
                element -> {
                    Value key = getter.apply(element);
                    budget.visit(key.weight());
                    return seen.add(Dictionary.canonical(key));
                },
                budget));
    }

    private static Value map(Value value, Arguments arguments, Surroundings surroundings) {
        Budget budget = surroundings.budget();
        if (!Truthiness.of(value)) {
            return new Generator(java.util.Collections.emptyIterator());
        }
        Function<Value, Value> change;
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            Value[] bound = new Arguments(List.of(), arguments.named()).bind("map", "attribute", "default?");
            change = getter(bound[0], bound[1], false, budget);
        } else {
            if (arguments.positional().isEmpty()) {
                throw TemplateException.type("'map' needs the name of a filter or 'attribute='");
            }
            String filter = Attributes.text(arguments.positional().getFirst(), "'map'");
            Arguments rest = new Arguments(
                    arguments.positional().subList(1, arguments.positional().size()), arguments.named());
            change = element -> Filters.apply(filter, element, rest, surroundings);
        }
        Iterator<Value> elements = Iteration.over(value, budget);
        return new Generator(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return elements.hasNext();
            }

            @Override
            public Value next() {
                budget.step();
                return change.apply(elements.next());
            }
        });
    }

    private static Value chosen(
            Value value,
            Arguments arguments,
            Surroundings surroundings,
            String name,
            boolean attribute,
            boolean wanted) {
        Budget budget = surroundings.budget();
        if (!Truthiness.of(value)) {
            return new Generator(java.util.Collections.emptyIterator());
        }
        List<Value> rest = arguments.positional();
        Function<Value, Value> getter = element -> element;
        if (attribute) {
            if (rest.isEmpty()) {
                throw TemplateException.type("'" + name + "' needs the name of an attribute");
            }
            getter = getter(rest.getFirst(), null, false, budget);
            rest = rest.subList(1, rest.size());
        }
        Function<Value, Value> getting = getter;
        Function<Value, Boolean> question;
        if (rest.isEmpty()) {
            question = element -> Truthiness.of(getting.apply(element));
        } else {
            String test = Attributes.text(rest.getFirst(), "'" + name + "'");
            Arguments passed = new Arguments(rest.subList(1, rest.size()), arguments.named());
            question = element -> Tests.holds(test, getting.apply(element), passed, budget);
        }
        return new Generator(
                new Filtered(Iteration.over(value, budget), element -> question.apply(element) == wanted, budget));
    }

    /** Elements that a question lets through, found one at a time. */
    private static final class Filtered implements Iterator<Value> {
        private final Iterator<Value> elements;
        private final Function<Value, Boolean> question;
        private final Budget budget;
        private Value next;

        Filtered(Iterator<Value> elements, Function<Value, Boolean> question, Budget budget) {
            this.elements = elements;
            this.question = question;
            this.budget = budget;
        }

        @Override
        public boolean hasNext() {
            while (next == null && elements.hasNext()) {
                budget.step();
                Value candidate = elements.next();
                next = question.apply(candidate) ? candidate : null;
            }
            return next != null;
        }

        @Override
        public Value next() {
            if (!hasNext()) {
                throw new java.util.NoSuchElementException();
            }
            Value result = next;
            next = null;
            return result;
        }
    }
}
