package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Iteration;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Attributed;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Namespace;
import io.finemesh.template.value.Range;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Value;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Functions every template can call: those of the language, and the field's {@code raise_exception} and {@code strftime_now}. */
public final class Functions {
    private Functions() {}

    /** The functions of one rendering, by name. */
    public static Map<String, Value> of(Surroundings surroundings) {
        Map<String, Value> functions = new LinkedHashMap<>();
        put(functions, "range", Functions::range);
        put(functions, "dict", (arguments, budget) -> dictionary(arguments, budget));
        put(functions, "namespace", (arguments, budget) -> {
            Namespace namespace = new Namespace();
            for (Dictionary.Entry entry : dictionary(arguments, budget).entries()) {
                namespace.attributes().put(Attributes.text(entry.key(), "an attribute of 'namespace'"), entry.value());
            }
            return namespace;
        });
        put(functions, "cycler", (arguments, budget) -> new Cycler(arguments));
        put(functions, "joiner", (arguments, budget) -> {
            Value separator = arguments.bind("joiner", "sep?")[0];
            boolean[] used = new boolean[1];
            return Callable.of("joiner", (none, spent) -> {
                none.bind("joiner");
                Value result = used[0] ? separator == null ? Text.of(", ") : separator : Text.EMPTY;
                used[0] = true;
                return result;
            });
        });
        put(functions, "lipsum", (arguments, budget) -> {
            throw TemplateException.unsupported(
                    "'lipsum' makes random text; a template here gives the same text every time");
        });
        put(functions, "raise_exception", (arguments, budget) -> {
            throw TemplateException.raised(Attributes.print(arguments.bind("raise_exception", "message")[0], budget));
        });
        put(
                functions,
                "strftime_now",
                (arguments, budget) -> Text.of(TimeFormat.format(
                        Attributes.text(arguments.bind("strftime_now", "format")[0], "'strftime_now'"),
                        surroundings.clock())));
        return functions;
    }

    private static void put(Map<String, Value> functions, String name, Callable.Body body) {
        functions.put(name, Callable.of(name, body));
    }

    private static Value range(Arguments arguments, Budget budget) {
        Value[] bound = arguments.bind("range", "start", "stop?", "step?");
        if (!arguments.named().isEmpty()) {
            throw TemplateException.type("range takes no named arguments");
        }
        long start = bound[1] == null ? 0 : bound(bound[0]);
        long stop = bound[1] == null ? bound(bound[0]) : bound(bound[1]);
        long step = bound[2] == null ? 1 : bound(bound[2]);
        if (step == 0) {
            throw TemplateException.value("the step of a range is 0");
        }
        Range range = new Range(start, stop, step);
        if (range.length() > budget.limits().rangeElements()) {
            throw TemplateException.limit("a range of " + range.length() + " elements; at most "
                    + budget.limits().rangeElements() + " are allowed");
        }
        return range;
    }

    private static long bound(Value value) {
        BigInteger number = Attributes.integer(value, "range");
        if (number.bitLength() > 61) {
            throw TemplateException.limit("a bound of a range is larger than 2**61");
        }
        return number.longValue();
    }

    private static Dictionary dictionary(Arguments arguments, Budget budget) {
        if (arguments.positional().size() > 1) {
            throw TemplateException.type("a dictionary is made of at most one value and named ones");
        }
        Dictionary.Builder entries = new Dictionary.Builder();
        if (!arguments.positional().isEmpty()) {
            Value source = arguments.positional().getFirst();
            if (source instanceof Dictionary dictionary) {
                entries.putAll(dictionary, budget);
            } else {
                for (Value pair : Iteration.collect(source, budget)) {
                    List<Value> parts = Iteration.collect(pair, budget);
                    if (parts.size() != 2) {
                        throw TemplateException.value(
                                "an entry of a dictionary has a key and a value, not " + parts.size() + " parts");
                    }
                    entries.put(parts.get(0), parts.get(1), budget);
                }
            }
        }
        arguments.named().forEach((name, value) -> entries.put(Text.of(name), value, budget));
        return entries.build(budget);
    }

    /** Goes round a list of values. */
    private static final class Cycler implements Attributed {
        private final List<Value> values;
        private int position;

        Cycler(Arguments arguments) {
            if (arguments.positional().isEmpty() || !arguments.named().isEmpty()) {
                throw TemplateException.type("'cycler' needs at least one value, and no named ones");
            }
            this.values = arguments.positional();
        }

        @Override
        public String kind() {
            return "Cycler";
        }

        @Override
        public Optional<Value> attribute(String name) {
            return switch (name) {
                case "current" -> Optional.of(values.get(position));
                case "pos" -> Optional.of(Value.Whole.of(position));
                case "next" ->
                    Optional.of(Callable.of(name, (arguments, budget) -> {
                        arguments.bind(name);
                        Value current = values.get(position);
                        position = (position + 1) % values.size();
                        return current;
                    }));
                case "reset" ->
                    Optional.of(Callable.of(name, (arguments, budget) -> {
                        arguments.bind(name);
                        position = 0;
                        return Value.None.NONE;
                    }));
                default -> Optional.empty();
            };
        }

        @Override
        public String print() {
            throw TemplateException.unsupported("printing a cycler would show an address in memory");
        }
    }
}
