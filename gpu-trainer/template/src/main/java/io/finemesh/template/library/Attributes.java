package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Comparison;
import io.finemesh.template.operation.Printing;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Attributed;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.DictionaryView;
import io.finemesh.template.value.Generator;
import io.finemesh.template.value.Namespace;
import io.finemesh.template.value.Range;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;

/**
 * Looks attributes and elements up: {@code a.b} tries the attribute first and then the element, {@code a['b']} the other way round.
 * What the field's sandbox hides is an undefined value that says so when it is used.
 */
public final class Attributes {
    private static final Set<String> NUMBER_METHODS = Set.of(
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "fromhex",
            "hex",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes");

    private Attributes() {}

    /** {@code value.name}. */
    public static Value attribute(Value value, String name, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Optional<Value> own = own(value, name);
        if (own.isPresent()) {
            return own.get();
        }
        Value element = element(value, Text.of(name), budget);
        if (element != null) {
            return element;
        }
        refuseInternals(value, name);
        return missing(value, name);
    }

    /** {@code value[key]}. */
    public static Value item(Value value, Value key, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Value element = element(value, key, budget);
        if (element != null) {
            return element;
        }
        if (key instanceof Text text) {
            Optional<Value> own = own(value, text.string());
            if (own.isPresent()) {
                return own.get();
            }
            refuseInternals(value, text.string());
            return missing(value, text.string());
        }
        return Undefined.because("a value of type " + TypeName.of(value) + " has no element "
                + (key instanceof Value.Whole whole ? whole.number() : "with a key of type " + TypeName.of(key)));
    }

    private static Undefined missing(Value value, String name) {
        return Undefined.because("a value of type " + TypeName.of(value) + " has no attribute '" + name + "'");
    }

    private static void refuseInternals(Value value, String name) {
        if (name.startsWith("__") && name.endsWith("__")) {
            throw TemplateException.forbidden("'" + name + "' is an internal of a value of type " + TypeName.of(value)
                    + ", which a template may not reach");
        }
    }

    /** The element of a key, or null where there is none. */
    private static Value element(Value value, Value key, Budget budget) {
        return switch (value) {
            case Dictionary dictionary ->
                key instanceof Sequence.Array || key instanceof Dictionary ? null : dictionary.get(key, budget);
            case Sequence sequence -> {
                int index = index(key, sequence.items().size());
                yield index < 0 ? null : sequence.items().get(index);
            }
            case Text text -> {
                if (Comparison.integer(key) == null) {
                    yield null;
                }
                budget.read(text.string().length());
                int index = index(key, text.length());
                yield index < 0 ? null : new Text(text.between(index, index + 1), text.markup());
            }
            case Range range -> {
                int index = index(key, Math.toIntExact(range.length()));
                yield index < 0 ? null : range.at(index);
            }
            case Value other -> null;
        };
    }

    private static int index(Value key, int length) {
        BigInteger number = Comparison.integer(key);
        if (number == null || number.bitLength() > 31) {
            return -1;
        }
        long index = number.longValue() < 0 ? number.longValue() + length : number.longValue();
        return index >= 0 && index < length ? (int) index : -1;
    }

    /** True where {@link #own} has an answer; what {@code attr} asks. */
    static boolean has(Value value, String name) {
        return own(value, name).isPresent();
    }

    private static Optional<Value> own(Value value, String name) {
        return switch (value) {
            case Text text -> TextMethods.find(text, name).map(Value.class::cast);
            case Dictionary dictionary -> DictionaryMethods.find(dictionary, name);
            case Sequence sequence -> SequenceMethods.find(sequence, name);
            case Namespace namespace -> {
                Value attribute = namespace.attributes().get(name);
                yield attribute != null && name.startsWith("_")
                        ? Optional.of(Undefined.hidden("the attribute '" + name + "' begins with '_', which hides it"))
                        : Optional.ofNullable(attribute);
            }
            case Attributed attributed -> attributed.attribute(name);
            case Range range ->
                switch (name) {
                    case "start" -> Optional.of(Value.Whole.of(range.start()));
                    case "stop" -> Optional.of(Value.Whole.of(range.stop()));
                    case "step" -> Optional.of(Value.Whole.of(range.step()));
                    case "count", "index" -> throw notImplemented(value, name);
                    default -> Optional.empty();
                };
            case Value.Whole number -> number(number, name);
            case Value.Truth number -> number(number, name);
            case Value.Real number -> number(number, name);
            case DictionaryView view -> {
                if (Set.of("mapping", "isdisjoint").contains(name)) {
                    throw notImplemented(value, name);
                }
                yield Optional.empty();
            }
            case Generator generator -> {
                if (Set.of("send", "throw", "close", "gi_running", "gi_frame", "gi_code", "gi_yieldfrom")
                        .contains(name)) {
                    throw notImplemented(value, name);
                }
                yield Optional.empty();
            }
            case Callable callable ->
                name.equals("name") && callable instanceof Named
                        ? Optional.of(Text.of(callable.name()))
                        : Optional.empty();
            case Value.None none -> Optional.empty();
            case Undefined undefined -> Optional.empty();
        };
    }

    /** A callable whose name a template may read: a macro. */
    public interface Named {}

    private static Optional<Value> number(Value number, String name) {
        return switch (name) {
            case "real" -> Optional.of(number);
            case "is_integer" ->
                Optional.of(Callable.of(name, (arguments, budget) -> {
                    arguments.bind(name);
                    return Value.Truth.of(!(number instanceof Value.Real real)
                            || Double.isFinite(real.number()) && real.number() == Math.rint(real.number()));
                }));
            default -> {
                if (NUMBER_METHODS.contains(name)) {
                    throw notImplemented(number, name);
                }
                yield Optional.empty();
            }
        };
    }

    static TemplateException notImplemented(Value value, String name) {
        return TemplateException.unsupported(
                "'" + name + "' of a value of type " + TypeName.of(value) + " is not implemented");
    }

    static Value hidden(Value value, String name) {
        return Undefined.hidden("'" + name + "' changes a value of type " + TypeName.of(value)
                + ", which a template may not; use a namespace, or '+' for lists");
    }

    /** A text argument, whatever its markup. */
    static String text(Value value, String what) {
        if (value instanceof Text text) {
            return text.string();
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw TemplateException.type(what + " needs a text, not a value of type " + TypeName.of(value));
    }

    /** An integer argument. */
    static BigInteger integer(Value value, String what) {
        BigInteger number = Comparison.integer(value);
        if (number != null) {
            return number;
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw TemplateException.type(what + " needs an integer, not a value of type " + TypeName.of(value));
    }

    /** A small integer argument; larger ones become the bound. */
    static int small(Value value, String what) {
        BigInteger number = integer(value, what);
        return number.bitLength() > 30 ? (number.signum() < 0 ? -(1 << 30) : 1 << 30) : number.intValue();
    }

    /** The text of any value. */
    static String print(Value value, Budget budget) {
        return Printing.text(value, budget);
    }

    /** No arguments at all. */
    static void none(Arguments arguments, String name) {
        arguments.bind(name);
    }
}
