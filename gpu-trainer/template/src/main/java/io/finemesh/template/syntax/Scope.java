package io.finemesh.template.syntax;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The names that belong to one scope and how each gets its first value when the scope is entered. Which scope a name belongs to is
 * decided before anything is rendered, as the field's compiler does; so an assignment anywhere in a loop's body makes the name the
 * loop's own in all of that body.
 */
public final class Scope {
    /** Where a name's first value comes from. */
    public enum Load {
        /** The context of the rendering. */
        CONTEXT,
        /** The enclosing scope. */
        ENCLOSING,
        /** Nowhere yet. */
        NOTHING,
        /** The loop or call that enters the scope. */
        PARAMETER
    }

    private final Scope parent;
    private final Map<String, Load> names;
    private final Set<String> stores;

    Scope(Scope parent) {
        this(parent, new LinkedHashMap<>(), new LinkedHashSet<>());
    }

    private Scope(Scope parent, Map<String, Load> names, Set<String> stores) {
        this.parent = parent;
        this.names = names;
        this.stores = stores;
    }

    /** Names of this scope itself. */
    public Map<String, Load> names() {
        return names;
    }

    /** Names of this scope that something in it assigns. */
    public Set<String> stores() {
        return stores;
    }

    Scope copy() {
        return new Scope(parent, new LinkedHashMap<>(names), new LinkedHashSet<>(stores));
    }

    private boolean knows(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            if (scope.names.containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    private boolean parentKnows(String name) {
        return parent != null && parent.knows(name);
    }

    void load(String name) {
        if (!knows(name)) {
            names.put(name, Load.CONTEXT);
        }
    }

    void store(String name) {
        stores.add(name);
        if (!names.containsKey(name)) {
            names.put(name, parentKnows(name) ? Load.ENCLOSING : Load.NOTHING);
        }
    }

    void declare(String name) {
        stores.add(name);
        names.put(name, Load.PARAMETER);
    }

    /** Takes over what the branches of a condition know; a name that only some of them assign keeps its value from outside. */
    void merge(Iterable<Scope> branches) {
        Set<String> assigned = new LinkedHashSet<>();
        branches.forEach(branch -> assigned.addAll(branch.stores));
        assigned.removeAll(stores);
        for (Scope branch : branches) {
            names.putAll(branch.names);
            stores.addAll(branch.stores);
        }
        assigned.forEach(name -> names.put(name, parentKnows(name) ? Load.ENCLOSING : Load.CONTEXT));
    }
}
