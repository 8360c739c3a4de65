package io.finemesh.template.value;

import java.util.Iterator;

/** Elements that are made when they are asked for, once: what {@code map}, {@code select} and their like return. */
public final class Generator implements Value {
    private final Iterator<Value> elements;

    public Generator(Iterator<Value> elements) {
        this.elements = elements;
    }

    /** The elements that nobody has taken yet. */
    public Iterator<Value> elements() {
        return elements;
    }
}
