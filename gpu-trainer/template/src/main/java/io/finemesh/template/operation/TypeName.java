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
import java.util.Locale;

/** Names of types in messages: those of Python, which authors of templates know. */
public final class TypeName {
    private TypeName() {}

    /** The name of a value's type. */
    public static String of(Value value) {
        return switch (value) {
            case Value.None none -> "NoneType";
            case Value.Truth truth -> "bool";
            case Value.Whole whole -> "int";
            case Value.Real real -> "float";
            case Text text -> "str";
            case Sequence.Array list -> "list";
            case Sequence.Tuple tuple -> "tuple";
            case Dictionary dictionary -> "dict";
            case DictionaryView view -> "dict_" + view.part().name().toLowerCase(Locale.ROOT);
            case Range range -> "range";
            case Generator generator -> "generator";
            case Namespace namespace -> "Namespace";
            case Undefined undefined -> "Undefined";
            case Callable callable -> "function";
            case Attributed attributed -> attributed.kind();
        };
    }
}
