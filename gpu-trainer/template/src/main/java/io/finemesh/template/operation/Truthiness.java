package io.finemesh.template.operation;

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

/** Which values count as true: everything but nothing, zero and the empty. A generator is true even when it has nothing to give. */
public final class Truthiness {
    private Truthiness() {}

    /** True where Python's {@code bool} is. */
    public static boolean of(Value value) {
        return switch (value) {
            case Value.None none -> false;
            case Undefined undefined -> false;
            case Value.Truth truth -> truth == Value.Truth.TRUE;
            case Value.Whole whole -> whole.number().signum() != 0;
            case Value.Real real -> real.number() != 0;
            case Text text -> !text.string().isEmpty();
            case Sequence sequence -> !sequence.items().isEmpty();
            case Dictionary dictionary -> dictionary.size() > 0;
            case DictionaryView view -> view.of().size() > 0;
            case Range range -> range.length() > 0;
            case Generator generator -> true;
            case Namespace namespace -> true;
            case Callable callable -> true;
            case Attributed attributed -> true;
        };
    }
}
