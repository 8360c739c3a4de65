package io.finemesh.template.value;

import java.util.Optional;

/** An object of the interpreter with attributes of its own, such as {@code loop}. */
public non-sealed interface Attributed extends Value {
    /** Kind of object, in messages. */
    String kind();

    /** The attribute of this name, if there is one. */
    Optional<Value> attribute(String name);

    /** The object as text. */
    String print();
}
