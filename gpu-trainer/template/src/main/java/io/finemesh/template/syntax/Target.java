package io.finemesh.template.syntax;

import java.util.List;

/** What a value is assigned to. */
public sealed interface Target {
    /** A variable. */
    record Variable(String name) implements Target {}

    /** An attribute of a namespace. */
    record NamespaceAttribute(String name, String attribute) implements Target {}

    /** Several targets that take one element each. */
    record Several(List<Target> targets) implements Target {}
}
