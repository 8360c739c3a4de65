package io.finemesh.template.render;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Comparison;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Attributed;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The running loop as templates see it: {@code loop.index}, {@code loop.last} and the rest. It looks ahead only when it is asked to, so
 * that a filtered loop sees what its body changes in a namespace.
 */
final class LoopState implements Attributed {
    private final Iterator<Value> elements;
    private final List<Value> ahead = new ArrayList<>();
    private final long depth;
    private final Budget budget;
    private final Optional<Function<Value, Value>> recursion;
    private long index = -1;
    private Value previous;
    private Value current;
    private List<Value> changed;

    /**
     * @param elements what the loop runs over
     * @param depth loops of one recursion around this one
     * @param recursion runs the same loop over other elements, where the loop is recursive
     */
    LoopState(Iterator<Value> elements, long depth, Budget budget, Optional<Function<Value, Value>> recursion) {
        this.elements = elements;
        this.depth = depth;
        this.budget = budget;
        this.recursion = recursion;
    }

    /** Goes to the next element, if there is one. */
    boolean advance() {
        Value next = peek(0);
        if (next == null) {
            return false;
        }
        ahead.removeFirst();
        index++;
        previous = current;
        current = next;
        return true;
    }

    Value element() {
        return current;
    }

    /** The element so many places ahead, or null. */
    private Value peek(int distance) {
        while (ahead.size() <= distance && elements.hasNext()) {
            budget.step();
            ahead.add(elements.next());
        }
        return ahead.size() > distance ? ahead.get(distance) : null;
    }

    private long length() {
        while (elements.hasNext()) {
            budget.step();
            budget.allocate(1);
            ahead.add(elements.next());
        }
        return index + 1 + ahead.size();
    }

    @Override
    public String kind() {
        return "LoopContext";
    }

    @Override
    public String print() {
        return "<LoopContext " + (index + 1) + "/" + length() + ">";
    }

    @Override
    public Optional<Value> attribute(String name) {
        return switch (name) {
            case "index" -> number(index + 1);
            case "index0" -> number(index);
            case "revindex" -> number(length() - index);
            case "revindex0" -> number(length() - index - 1);
            case "first" -> Optional.of(Value.Truth.of(index == 0));
            case "last" -> Optional.of(Value.Truth.of(peek(0) == null));
            case "length" -> number(length());
            case "depth" -> number(depth + 1);
            case "depth0" -> number(depth);
            case "previtem" ->
                Optional.of(previous == null ? Undefined.because("there is no previous item") : previous);
            case "nextitem" -> {
                Value next = peek(0);
                yield Optional.of(next == null ? Undefined.because("there is no next item") : next);
            }
            case "cycle" -> Optional.of(Callable.of("loop.cycle", (arguments, spent) -> cycle(arguments)));
            case "changed" -> Optional.of(Callable.of("loop.changed", (arguments, spent) -> changed(arguments)));
            default -> Optional.empty();
        };
    }

    private static Optional<Value> number(long number) {
        return Optional.of(Value.Whole.of(number));
    }

    private Value cycle(Arguments arguments) {
        List<Value> values = arguments.positional();
        if (values.isEmpty() || !arguments.named().isEmpty()) {
            throw TemplateException.type("'loop.cycle' needs at least one value, and no named ones");
        }
        return values.get((int) (index % values.size()));
    }

    private Value changed(Arguments arguments) {
        List<Value> values = arguments.positional();
        boolean same = changed != null && changed.size() == values.size();
        for (int each = 0; same && each < values.size(); each++) {
            same = Comparison.equal(changed.get(each), values.get(each), budget);
        }
        changed = values;
        return Value.Truth.of(!same);
    }

    /** {@code loop(elements)}: the same loop over other elements. */
    Value recurse(Arguments arguments) {
        if (recursion.isEmpty()) {
            throw TemplateException.type("'loop' can only be called in a loop that is marked 'recursive'");
        }
        return recursion.get().apply(arguments.bind("loop", "iterable")[0]);
    }
}
