package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.DictionaryView;
import io.finemesh.template.value.Generator;
import io.finemesh.template.value.Range;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;

/** Equality, order and membership. */
public final class Comparison {
    /** The order of two numbers of which one is not a number: neither operator holds. */
    public static final int UNORDERED = 2;

    private Comparison() {}

    /** {@code ==}: numbers by value, texts by characters, collections by their elements, everything else by identity. */
    public static boolean equal(Value left, Value right, Budget budget) {
        budget.visit(Math.min(left.weight(), right.weight()));
        return same(left, right);
    }

    private static boolean same(Value left, Value right) {
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right) == 0;
        }
        return switch (left) {
            case Text text -> right instanceof Text other && text.string().equals(other.string());
            case Sequence.Array list -> right instanceof Sequence.Array other && sameItems(list.items(), other.items());
            case Sequence.Tuple tuple ->
                right instanceof Sequence.Tuple other && sameItems(tuple.items(), other.items());
            case Dictionary dictionary -> right instanceof Dictionary other && sameEntries(dictionary, other);
            case Undefined undefined -> right instanceof Undefined;
            case Range range ->
                right instanceof Range other
                        && range.length() == other.length()
                        && (range.length() == 0
                                || range.start() == other.start()
                                        && (range.length() == 1 || range.step() == other.step()));
            case DictionaryView view ->
                view == right
                        || right instanceof DictionaryView other
                                && view.part() != DictionaryView.Part.VALUES
                                && view.part() == other.part()
                                && sameViews(view, other);
            case Value other -> other == right;
        };
    }

    private static boolean sameViews(DictionaryView left, DictionaryView right) {
        if (left.part() == DictionaryView.Part.ITEMS) {
            return sameEntries(left.of(), right.of());
        }
        return left.of().size() == right.of().size()
                && left.of().entries().stream().allMatch(entry -> has(right.of(), entry.key()) != null);
    }

    private static boolean sameItems(List<Value> left, List<Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int index = 0; index < left.size(); index++) {
            if (!sameElement(left.get(index), right.get(index))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameElement(Value left, Value right) {
        return left == right || same(left, right);
    }

    private static boolean sameEntries(Dictionary left, Dictionary right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (Dictionary.Entry entry : left.entries()) {
            Value other = has(right, entry.key());
            if (other == null || !sameElement(entry.value(), other)) {
                return false;
            }
        }
        return true;
    }

    /** The value of an equal key, or null; the weight of both sides is already paid. */
    private static Value has(Dictionary dictionary, Value key) {
        return key instanceof Text text ? dictionary.get(text.string()) : dictionary.getPaid(key);
    }

    /**
     * {@code <}, {@code >} and sorting.
     *
     * @return -1, 0, 1 or {@link #UNORDERED}
     * @throws TemplateException for values that have no order between them
     */
    public static int order(Value left, Value right, String operator, Budget budget) {
        budget.visit(Math.min(left.weight(), right.weight()));
        return ordered(left, right, operator);
    }

    private static int ordered(Value left, Value right, String operator) {
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof Text one && right instanceof Text other) {
            return compareTexts(one.string(), other.string());
        }
        if (left instanceof Sequence.Array one && right instanceof Sequence.Array other) {
            return orderedItems(one.items(), other.items(), operator);
        }
        if (left instanceof Sequence.Tuple one && right instanceof Sequence.Tuple other) {
            return orderedItems(one.items(), other.items(), operator);
        }
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw TemplateException.type(
                "'" + operator + "' between " + TypeName.of(left) + " and " + TypeName.of(right) + " has no meaning");
    }

    private static int orderedItems(List<Value> left, List<Value> right, String operator) {
        for (int index = 0; index < Math.min(left.size(), right.size()); index++) {
            if (!sameElement(left.get(index), right.get(index))) {
                return ordered(left.get(index), right.get(index), operator);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** {@code in}. */
    public static boolean contains(Value container, Value element, Budget budget) {
        switch (container) {
            case Text text -> {
                if (element instanceof Undefined undefined) {
                    throw undefined.failure();
                }
                if (!(element instanceof Text part)) {
                    throw TemplateException.type(
                            "only a text can be in a text; this is a value of type " + TypeName.of(element));
                }
                budget.read(text.string().length());
                return text.string().contains(part.string());
            }
            case Dictionary dictionary -> {
                return dictionary.get(element, budget) != null;
            }
            case DictionaryView view
            when view.part() == DictionaryView.Part.KEYS -> {
                return view.of().get(element, budget) != null;
            }
            case Sequence sequence -> {
                return among(sequence.items().iterator(), element, budget);
            }
            case DictionaryView view -> {
                return among(Iteration.over(view, budget), element, budget);
            }
            case Range range -> {
                return among(Iteration.over(range, budget), element, budget);
            }
            case Generator generator -> {
                return among(generator.elements(), element, budget);
            }
            case Undefined undefined -> {
                return false;
            }
            case Value other ->
                throw TemplateException.type(
                        "'in' needs a text or a collection, not a value of type " + TypeName.of(other));
        }
    }

    private static boolean among(Iterator<Value> elements, Value element, Budget budget) {
        while (elements.hasNext()) {
            Value next = elements.next();
            budget.step();
            if (next == element || equal(next, element, budget)) {
                return true;
            }
        }
        return false;
    }

    /** True for integers, floats and truth values, which are integers in Python. */
    public static boolean isNumber(Value value) {
        return value instanceof Value.Whole || value instanceof Value.Real || value instanceof Value.Truth;
    }

    /** The integer behind a whole number or truth value, else null. */
    public static BigInteger integer(Value value) {
        return switch (value) {
            case Value.Whole whole -> whole.number();
            case Value.Truth truth -> truth == Value.Truth.TRUE ? BigInteger.ONE : BigInteger.ZERO;
            case Value other -> null;
        };
    }

    private static int compareNumbers(Value left, Value right) {
        BigInteger one = integer(left);
        BigInteger other = integer(right);
        if (one != null && other != null) {
            return one.compareTo(other);
        }
        double first = one == null ? ((Value.Real) left).number() : Double.NaN;
        double second = other == null ? ((Value.Real) right).number() : Double.NaN;
        if (one == null && other == null) {
            return Double.isNaN(first) || Double.isNaN(second)
                    ? UNORDERED
                    : first < second ? -1 : first > second ? 1 : 0;
        }
        double real = one == null ? first : second;
        if (Double.isNaN(real)) {
            return UNORDERED;
        }
        int sign;
        if (Double.isInfinite(real)) {
            sign = real > 0 ? 1 : -1;
        } else {
            sign = new BigDecimal(real).compareTo(new BigDecimal(one == null ? other : one));
        }
        return one == null ? sign : -sign;
    }

    /** By code points, as Python orders texts. */
    public static int compareTexts(String left, String right) {
        int shared = Math.min(left.length(), right.length());
        for (int index = 0; index < shared; index++) {
            char one = left.charAt(index);
            char other = right.charAt(index);
            if (one != other) {
                boolean oneHigh = Character.isSurrogate(one);
                boolean otherHigh = Character.isSurrogate(other);
                return oneHigh == otherHigh ? Integer.signum(Character.compare(one, other)) : oneHigh ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
