package io.finemesh.template.value;

import io.finemesh.template.limit.Budget;
import java.util.Optional;

/** Something a template can call: a function of the renderer, a method of a value, a macro. */
public non-sealed interface Callable extends Value {
    /** The name in messages. */
    String name();

    /** Calls it. */
    Value call(Arguments arguments, Budget budget);

    /** The callable as text, where that does not depend on an address in memory. */
    default Optional<String> print() {
        return Optional.empty();
    }

    /** A callable made of a name and a function. */
    static Callable of(String name, Body body) {
        return new Callable() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Value call(Arguments arguments, Budget budget) {
                return body.call(arguments, budget);
            }
        };
    }

    /** What a callable does. */
    @FunctionalInterface
    interface Body {
        Value call(Arguments arguments, Budget budget);
    }
}
