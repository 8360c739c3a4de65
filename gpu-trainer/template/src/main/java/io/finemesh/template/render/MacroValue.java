package io.finemesh.template.render;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.library.Attributes;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.syntax.Scopes.Specials;
import io.finemesh.template.syntax.Statement.Signature;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A macro, or the block a call hands to one: binds its arguments, then lets the interpreter write its body. */
final class MacroValue implements Callable, Attributes.Named {
    private final String name;
    private final Signature signature;
    private final Specials specials;
    private final Function<Map<String, Value>, String> body;

    MacroValue(String name, Signature signature, Specials specials, Function<Map<String, Value>, String> body) {
        this.name = name;
        this.signature = signature;
        this.specials = specials;
        this.body = body;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> print() {
        return Optional.of("<Macro '" + name + "'>");
    }

    @Override
    public Value call(Arguments arguments, Budget budget) {
        List<String> parameters = signature.names();
        Map<String, Value> bound = new LinkedHashMap<>();
        int taken = Math.min(parameters.size(), arguments.positional().size());
        for (int index = 0; index < taken; index++) {
            bound.put(parameters.get(index), arguments.positional().get(index));
        }
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        for (String parameter : parameters.subList(taken, parameters.size())) {
            Value value = named.remove(parameter);
            if (value != null) {
                bound.put(parameter, value);
            }
        }
        if (specials.caller() && !parameters.contains("caller")) {
            Value caller = named.remove("caller");
            bound.put(
                    "caller",
                    caller == null
                            ? Undefined.because("the macro '" + name + "' was not called with a block")
                            : caller);
        }
        if (specials.named()) {
            Dictionary.Builder rest = new Dictionary.Builder();
            named.forEach((key, value) -> rest.put(Text.of(key), value, budget));
            bound.put("kwargs", rest.build(budget));
        } else if (!named.isEmpty()) {
            throw TemplateException.type("the macro '" + name + "' has no argument '"
                    + named.keySet().iterator().next() + "'");
        }
        List<Value> rest =
                arguments.positional().subList(taken, arguments.positional().size());
        if (specials.positional()) {
            bound.put("varargs", Sequence.tuple(new ArrayList<>(rest), budget));
        } else if (!rest.isEmpty()) {
            throw TemplateException.type("the macro '" + name + "' takes at most " + parameters.size()
                    + " arguments but was given " + arguments.positional().size());
        }
        return Text.of(body.apply(bound));
    }
}
