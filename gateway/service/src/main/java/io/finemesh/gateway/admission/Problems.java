package io.finemesh.gateway.admission;

import io.finemesh.gateway.document.Flaw;
import io.finemesh.gateway.document.Place;
import io.finemesh.gateway.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gathers every problem of one document, each in the same words. */
final class Problems {
    private final String document;
    private final List<FieldProblem> list = new ArrayList<>();

    /** @param document what is read, as in "not a field of a run specification" */
    Problems(String document) {
        this.document = document;
    }

    List<FieldProblem> list() {
        return List.copyOf(list);
    }

    /** A problem found elsewhere. */
    void add(FieldProblem problem) {
        list.add(problem);
    }

    boolean none() {
        return list.isEmpty();
    }

    boolean noneAt(String pointer) {
        return list.stream().noneMatch(problem -> problem.pointer().equals(pointer));
    }

    /** Whether nothing is wrong at a place, nor with anything in it. */
    boolean noneWithin(String pointer) {
        return list.stream()
                .noneMatch(problem ->
                        problem.pointer().equals(pointer) || problem.pointer().startsWith(pointer + "/"));
    }

    void flaw(Flaw flaw) {
        list.add(new FieldProblem(
                flaw.pointer(),
                Optional.of(flaw.found()),
                Optional.of(flaw.allowed()),
                Optional.empty(),
                flaw.message(),
                Optional.of(flaw.place())));
    }

    /** A value that may not stand there. */
    void wrong(String pointer, Value found, String allowed) {
        wrong(pointer, found, allowed, Optional.empty());
    }

    /** A value that may not stand there, and what was probably meant. */
    void wrong(String pointer, Value found, String allowed, Optional<String> suggestion) {
        String message = field(pointer) + " is " + found.shown() + kindIfUnclear(found) + "; allowed: " + allowed
                + suggestion.map(meant -> "; did you mean " + meant + "?").orElse("");
        add(pointer, Optional.of(found.shown()), allowed, suggestion, message, Optional.of(found.place()));
    }

    /** A field that must be there and is not. */
    void missing(String pointer, String allowed) {
        add(
                pointer,
                Optional.empty(),
                allowed,
                Optional.empty(),
                field(pointer) + " is missing; allowed: " + allowed,
                Optional.empty());
    }

    /** A key that nobody reads. */
    void unknown(String pointer, String key, Place place, List<String> known, Optional<String> suggestion) {
        String allowed = String.join(", ", known);
        String message = "'" + key + "' is not a field of " + parent(pointer)
                + suggestion.map(meant -> "; did you mean '" + meant + "'?").orElse("; allowed: " + allowed);
        add(pointer, Optional.of(key), allowed, suggestion, message, Optional.of(place));
    }

    /** A field that contradicts another one. */
    void contradiction(String pointer, Value found, String allowed, String message) {
        add(pointer, Optional.of(found.shown()), allowed, Optional.empty(), message, Optional.of(found.place()));
    }

    private void add(
            String pointer,
            Optional<String> found,
            String allowed,
            Optional<String> suggestion,
            String message,
            Optional<Place> place) {
        list.add(new FieldProblem(pointer, found, Optional.of(allowed), suggestion, message, place));
    }

    /** {@code /optimizer/learning_rate} reads as {@code optimizer.learning_rate}. */
    static String field(String pointer) {
        return pointer.isEmpty() ? "the specification" : pointer.substring(1).replace('/', '.');
    }

    private String parent(String pointer) {
        String parent = pointer.substring(0, pointer.lastIndexOf('/'));
        return parent.isEmpty() ? document : field(parent);
    }

    private static String kindIfUnclear(Value found) {
        return found instanceof Value.Text ? " (text)" : "";
    }
}
