package io.finemesh.template.library;

import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.DictionaryView;
import io.finemesh.template.value.Value;
import java.util.Optional;

/** Methods of dictionaries that do not change them. */
final class DictionaryMethods {
    private DictionaryMethods() {}

    static Optional<Value> find(Dictionary dictionary, String name) {
        return switch (name) {
            case "keys" -> view(dictionary, name, DictionaryView.Part.KEYS);
            case "values" -> view(dictionary, name, DictionaryView.Part.VALUES);
            case "items" -> view(dictionary, name, DictionaryView.Part.ITEMS);
            case "get" ->
                Optional.of(Callable.of("get", (arguments, budget) -> {
                    Value[] bound = arguments.bind("get", "key", "default?");
                    Value found = dictionary.get(bound[0], budget);
                    return found != null ? found : bound[1] != null ? bound[1] : Value.None.NONE;
                }));
            case "copy" ->
                Optional.of(Callable.of("copy", (arguments, budget) -> {
                    arguments.bind("copy");
                    return dictionary;
                }));
            case "clear", "pop", "popitem", "setdefault", "update" -> Optional.of(Attributes.hidden(dictionary, name));
            case "fromkeys" -> throw Attributes.notImplemented(dictionary, name);
            default -> Optional.empty();
        };
    }

    private static Optional<Value> view(Dictionary dictionary, String name, DictionaryView.Part part) {
        return Optional.of(Callable.of(name, (arguments, budget) -> {
            arguments.bind(name);
            return new DictionaryView(dictionary, part);
        }));
    }
}
