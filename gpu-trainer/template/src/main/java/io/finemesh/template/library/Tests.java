package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Arithmetic;
import io.finemesh.template.operation.Arithmetic.Operator;
import io.finemesh.template.operation.Comparison;
import io.finemesh.template.operation.Iteration;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Generator;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What can stand after {@code is}: all tests of the language. */
public final class Tests {
    /** A test with its arguments. */
    private interface Test {
        boolean holds(Value value, Arguments arguments, Budget budget);
    }

    private static final Map<String, Test> TESTS = new LinkedHashMap<>();

    static {
        plain("defined", value -> !(value instanceof Undefined));
        plain("undefined", Undefined.class::isInstance);
        plain("none", value -> value == Value.None.NONE);
        plain("boolean", Value.Truth.class::isInstance);
        plain("true", value -> value == Value.Truth.TRUE);
        plain("false", value -> value == Value.Truth.FALSE);
        plain("integer", Value.Whole.class::isInstance);
        plain("float", Value.Real.class::isInstance);
        plain("number", Comparison::isNumber);
        plain("string", Text.class::isInstance);
        plain("mapping", Dictionary.class::isInstance);
        plain("iterable", Iteration::isPossible);
        plain("sequence", Tests::isSequence);
        plain("callable", value -> value instanceof Callable || value instanceof Undefined);
        plain("escaped", value -> value instanceof Text text && text.markup());
        test("odd", (value, arguments, budget) -> remainder(value, 2, "odd", arguments, budget) == 1);
        test("even", (value, arguments, budget) -> remainder(value, 2, "even", arguments, budget) == 0);
        test("divisibleby", (value, arguments, budget) -> {
            Value by = arguments.bind("divisibleby", "num")[0];
            Value rest = Arithmetic.apply(Operator.REMAINDER, value, by, budget);
            return Comparison.isNumber(rest) && Comparison.equal(rest, Value.Whole.of(0), budget);
        });
        test("lower", (value, arguments, budget) -> {
            arguments.bind("lower");
            return Letters.isLower(Attributes.print(value, budget));
        });
        test("upper", (value, arguments, budget) -> {
            arguments.bind("upper");
            return Letters.isUpper(Attributes.print(value, budget));
        });
        test("filter", (value, arguments, budget) -> {
            arguments.bind("filter");
            return value instanceof Text text && Filters.names().contains(text.string());
        });
        test("test", (value, arguments, budget) -> {
            arguments.bind("test");
            return value instanceof Text text && names().contains(text.string());
        });
        test("sameas", (value, arguments, budget) -> same(value, arguments.bind("sameas", "other")[0]));
        test("in", (value, arguments, budget) -> Comparison.contains(arguments.bind("in", "seq")[0], value, budget));
        relation((value, other, budget) -> Comparison.equal(value, other, budget), "==", "eq", "equalto");
        relation((value, other, budget) -> !Comparison.equal(value, other, budget), "!=", "ne");
        relation((value, other, budget) -> Comparison.order(value, other, "<", budget) == -1, "<", "lt", "lessthan");
        relation((value, other, budget) -> Comparison.order(value, other, ">", budget) == 1, ">", "gt", "greaterthan");
        relation((value, other, budget) -> Comparison.order(value, other, "<=", budget) < 1, "<=", "le");
        relation(
                (value, other, budget) -> {
                    int order = Comparison.order(value, other, ">=", budget);
                    return order == 0 || order == 1;
                },
                ">=",
                "ge");
    }

    private interface Relation {
        boolean holds(Value value, Value other, Budget budget);
    }

    private Tests() {}

    private static void plain(String name, Predicate<Value> predicate) {
        TESTS.put(name, (value, arguments, budget) -> {
            arguments.bind(name);
            return predicate.test(value);
        });
    }

    private static void test(String name, Test test) {
        TESTS.put(name, test);
    }

    private static void relation(Relation relation, String... names) {
        for (String name : names) {
            TESTS.put(
                    name,
                    (value, arguments, budget) ->
                            relation.holds(value, arguments.bind(name, "other")[0], budget));
        }
    }

    /** Every test there is. */
    public static Set<String> names() {
        return TESTS.keySet();
    }

    /**
     * Asks a test.
     *
     * @throws TemplateException where there is no test of this name
     */
    public static boolean holds(String name, Value value, Arguments arguments, Budget budget) {
        Test test = TESTS.get(name);
        if (test == null) {
            throw TemplateException.unsupported("there is no test '" + name + "'");
        }
        return test.holds(value, arguments, budget);
    }

    private static boolean isSequence(Value value) {
        return Iteration.length(value).isPresent()
                && !(value instanceof Generator)
                && !(value instanceof io.finemesh.template.value.DictionaryView);
    }

    private static int remainder(Value value, int divisor, String name, Arguments arguments, Budget budget) {
        arguments.bind(name);
        if (!Comparison.isNumber(value)) {
            if (value instanceof Undefined undefined) {
                throw undefined.failure();
            }
            throw TemplateException.type("'is " + name + "' needs a number, not a value of type " + TypeName.of(value));
        }
        Value rest = Arithmetic.apply(Operator.REMAINDER, value, Value.Whole.of(divisor), budget);
        return Comparison.equal(rest, Value.Whole.of(1), budget)
                ? 1
                : Comparison.equal(rest, Value.Whole.of(0), budget) ? 0 : -1;
    }

    /** Identity; small integers and texts of one spelling are one object in practice, other values only themselves. */
    private static boolean same(Value value, Value other) {
        return value == other
                || value instanceof Value.Whole one && other instanceof Value.Whole two && one.equals(two)
                || value instanceof Text text && other instanceof Text second && text.equals(second)
                || value instanceof Sequence.Tuple one
                        && other instanceof Sequence.Tuple two
                        && one.items().isEmpty()
                        && two.items().isEmpty();
    }
}
