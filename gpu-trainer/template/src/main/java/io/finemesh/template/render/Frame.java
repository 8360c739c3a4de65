package io.finemesh.template.render;

import io.finemesh.template.syntax.Scope;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The values of one scope while it is entered. A name without a value maps to nothing and reads as undefined. */
final class Frame {
    private final Scope scope;
    private final Frame parent;
    private final boolean topLevel;
    private final Map<String, Value> values = new HashMap<>();

    /**
     * Enters a scope.
     *
     * @param parent the frame around, or null for the template and its blocks
     * @param context names that come from outside the template
     * @param topLevel whether assignments here are seen by blocks
     */
    Frame(Scope scope, Frame parent, Map<String, Value> context, boolean topLevel) {
        this.scope = scope;
        this.parent = parent;
        this.topLevel = topLevel;
        scope.names().forEach((name, load) -> {
            Value value =
                    switch (load) {
                        case CONTEXT -> context.get(name);
                        case ENCLOSING -> parent.find(name);
                        case NOTHING, PARAMETER -> null;
                    };
            if (value != null) {
                values.put(name, value);
            }
        });
    }

    private Value find(String name) {
        for (Frame frame = this; frame != null; frame = frame.parent) {
            if (frame.scope.names().containsKey(name)) {
                return frame.values.get(name);
            }
        }
        return null;
    }

    /** The value of a name, undefined where it has none. */
    Value read(String name) {
        Value value = find(name);
        return value == null ? Undefined.name(name) : value;
    }

    /** Gives a name of this scope a value. */
    void write(String name, Value value) {
        values.put(name, value);
    }

    boolean isTopLevel() {
        return topLevel;
    }

    /** Every name that this scope or one around it assigned, for blocks that see them. */
    Map<String, Value> assigned() {
        Map<String, Value> all = new LinkedHashMap<>();
        for (Frame frame = this; frame != null; frame = frame.parent) {
            Frame here = frame;
            frame.scope.stores().forEach(name -> {
                Value value = here.values.get(name);
                if (value != null) {
                    all.putIfAbsent(name, value);
                }
            });
        }
        return all;
    }
}
