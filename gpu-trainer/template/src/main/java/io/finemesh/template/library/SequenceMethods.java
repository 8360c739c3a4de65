package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.operation.Comparison;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Value;
import java.util.Optional;

/** Methods of lists and tuples that do not change them, and the names of a group's parts. */
final class SequenceMethods {
    private SequenceMethods() {}

    static Optional<Value> find(Sequence sequence, String name) {
        if (sequence instanceof Sequence.Tuple tuple && tuple.names().contains(name)) {
            return Optional.of(tuple.items().get(tuple.names().indexOf(name)));
        }
        boolean list = sequence instanceof Sequence.Array;
        return switch (name) {
            case "count" ->
                Optional.of(Callable.of(name, (arguments, budget) -> {
                    Value wanted = arguments.bind(name, "value")[0];
                    return Value.Whole.of(sequence.items().stream()
                            .filter(item -> Comparison.equal(item, wanted, budget))
                            .count());
                }));
            case "index" ->
                Optional.of(Callable.of(name, (arguments, budget) -> {
                    Value[] bound = arguments.bind(name, "value", "start?", "stop?");
                    int size = sequence.items().size();
                    int from = bound[1] == null ? 0 : position(bound[1], size);
                    int to = bound[2] == null ? size : Math.min(size, position(bound[2], size));
                    for (int index = from; index < to; index++) {
                        if (Comparison.equal(sequence.items().get(index), bound[0], budget)) {
                            return Value.Whole.of(index);
                        }
                    }
                    throw TemplateException.value("'index' does not find the value in the list");
                }));
            case "copy" ->
                list
                        ? Optional.of(Callable.of(name, (arguments, budget) -> {
                            arguments.bind(name);
                            return sequence;
                        }))
                        : Optional.empty();
            case "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort" ->
                list ? Optional.of(Attributes.hidden(sequence, name)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static int position(Value value, int size) {
        int index = Attributes.small(value, "'index'");
        return Math.max(0, index < 0 ? index + size : index);
    }
}
