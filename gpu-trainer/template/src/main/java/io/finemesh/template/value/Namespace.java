package io.finemesh.template.value;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one value a template can change: {@code set} on its attributes is seen outside the loop that did it. */
public final class Namespace implements Value {
    private final Map<String, Value> attributes = new LinkedHashMap<>();

    /** Names and values, changed in place. */
    public Map<String, Value> attributes() {
        return attributes;
    }
}
