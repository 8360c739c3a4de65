package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** Walks through the elements of a value: characters of a text, keys of a dictionary, nothing of what is undefined. */
public final class Iteration {
    private Iteration() {}

    /** Iterates, or fails where the value has no elements to walk through. */
    public static Iterator<Value> over(Value value, Budget budget) {
        return switch (value) {
            case Text text ->
                text.string()
                        .codePoints()
                        .<Value>mapToObj(point -> Text.of(Character.toString(point)))
                        .iterator();
            case Sequence sequence -> sequence.items().iterator();
            case Dictionary dictionary ->
                dictionary.entries().stream().map(Dictionary.Entry::key).iterator();
            case DictionaryView view ->
                view.of().entries().stream()
                        .map(entry -> part(entry, view.part(), budget))
                        .iterator();
            case Range range ->
                LongStream.range(0, range.length()).mapToObj(range::at).iterator();
            case Generator generator -> generator.elements();
            case Undefined undefined -> Collections.emptyIterator();
            case Value.None none -> throw notIterable(value);
            case Value.Truth truth -> throw notIterable(value);
            case Value.Whole whole -> throw notIterable(value);
            case Value.Real real -> throw notIterable(value);
            case Namespace namespace -> throw notIterable(value);
            case Callable callable -> throw notIterable(value);
            case Attributed attributed -> throw notIterable(value);
        };
    }

    /** True where {@link #over} would not fail. */
    public static boolean isPossible(Value value) {
        return switch (value) {
            case Text text -> true;
            case Sequence sequence -> true;
            case Dictionary dictionary -> true;
            case DictionaryView view -> true;
            case Range range -> true;
            case Generator generator -> true;
            case Undefined undefined -> true;
            case Value.None none -> false;
            case Value.Truth truth -> false;
            case Value.Whole whole -> false;
            case Value.Real real -> false;
            case Namespace namespace -> false;
            case Callable callable -> false;
            case Attributed attributed -> attributed.kind().equals("LoopContext");
        };
    }

    /** All elements; each one is a step. */
    public static List<Value> collect(Value value, Budget budget) {
        Iterator<Value> elements = over(value, budget);
        List<Value> all = new ArrayList<>();
        while (elements.hasNext()) {
            budget.step();
            budget.allocate(1);
            all.add(elements.next());
        }
        return all;
    }

    /** Number of elements where that is known without walking through them. */
    public static OptionalLong length(Value value) {
        return switch (value) {
            case Text text -> OptionalLong.of(text.length());
            case Sequence sequence -> OptionalLong.of(sequence.items().size());
            case Dictionary dictionary -> OptionalLong.of(dictionary.size());
            case DictionaryView view -> OptionalLong.of(view.of().size());
            case Range range -> OptionalLong.of(range.length());
            case Undefined undefined -> OptionalLong.of(0);
            case Generator generator -> OptionalLong.empty();
            case Value.None none -> OptionalLong.empty();
            case Value.Truth truth -> OptionalLong.empty();
            case Value.Whole whole -> OptionalLong.empty();
            case Value.Real real -> OptionalLong.empty();
            case Namespace namespace -> OptionalLong.empty();
            case Callable callable -> OptionalLong.empty();
            case Attributed attributed -> OptionalLong.empty();
        };
    }

    /** The elements backwards, for values that have a last element. */
    public static Iterator<Value> backwards(Value value, Budget budget) {
        List<Value> all =
                switch (value) {
                    case Text text -> collect(text, budget);
                    case Sequence sequence -> sequence.items();
                    case Dictionary dictionary -> collect(dictionary, budget);
                    case DictionaryView view -> collect(view, budget);
                    case Range range -> collect(range, budget);
                    case Undefined undefined -> List.of();
                    case Generator generator -> throw notReversible(value);
                    case Value.None none -> throw notReversible(value);
                    case Value.Truth truth -> throw notReversible(value);
                    case Value.Whole whole -> throw notReversible(value);
                    case Value.Real real -> throw notReversible(value);
                    case Namespace namespace -> throw notReversible(value);
                    case Callable callable -> throw notReversible(value);
                    case Attributed attributed -> throw notReversible(value);
                };
        return all.reversed().iterator();
    }

    private static Value part(Dictionary.Entry entry, DictionaryView.Part part, Budget budget) {
        return switch (part) {
            case KEYS -> entry.key();
            case VALUES -> entry.value();
            case ITEMS -> Sequence.tuple(List.of(entry.key(), entry.value()), budget);
        };
    }

    private static TemplateException notIterable(Value value) {
        return TemplateException.type("a value of type " + TypeName.of(value) + " has no elements to iterate over");
    }

    private static TemplateException notReversible(Value value) {
        return TemplateException.type("a value of type " + TypeName.of(value) + " cannot be walked backwards");
    }
}
