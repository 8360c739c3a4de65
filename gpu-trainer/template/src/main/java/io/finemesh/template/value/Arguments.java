package io.finemesh.template.value;

import io.finemesh.template.failure.TemplateException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Arguments of a call.
 *
 * @param positional in order
 * @param named by name, in order
 */
public record Arguments(List<Value> positional, Map<String, Value> named) {
    public static final Arguments NONE = new Arguments(List.of(), Map.of());

    public static Arguments of(Value... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /**
     * Assigns the arguments to parameters, given in order; a name that ends in {@code ?} may be left out.
     *
     * @return one value a parameter, null where it was left out
     */
    public Value[] bind(String callee, String... parameters) {
        Value[] bound = new Value[parameters.length];
        if (positional.size() > parameters.length) {
            throw TemplateException.type(
                    callee + " takes at most " + parameters.length + " arguments but was given " + positional.size());
        }
        for (int index = 0; index < positional.size(); index++) {
            bound[index] = positional.get(index);
        }
        Set<String> unknown = new java.util.LinkedHashSet<>(named.keySet());
        for (int index = 0; index < parameters.length; index++) {
            boolean optional = parameters[index].endsWith("?");
            String name = optional ? parameters[index].substring(0, parameters[index].length() - 1) : parameters[index];
            if (unknown.remove(name)) {
                if (bound[index] != null) {
                    throw TemplateException.type(callee + " was given two values for '" + name + "'");
                }
                bound[index] = named.get(name);
            }
            if (bound[index] == null && !optional) {
                throw TemplateException.type(callee + " needs the argument '" + name + "'");
            }
        }
        if (!unknown.isEmpty()) {
            throw TemplateException.type(
                    callee + " has no argument '" + unknown.iterator().next() + "'");
        }
        return bound;
    }
}
