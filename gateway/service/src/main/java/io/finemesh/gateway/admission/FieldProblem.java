package io.finemesh.gateway.admission;

import static java.util.Objects.requireNonNull;

import io.finemesh.gateway.document.Place;
import java.util.Optional;

/**
 * One wrong field.
 *
 * @param pointer JSON pointer of the field; of the place where it should be, if it is missing
 * @param found what stands there; empty when nothing does
 * @param allowed what may stand there, in words
 * @param suggestion what was probably meant: a name or a value
 * @param message all of it in a sentence
 * @param place where it stands in the text; empty when nothing does
 */
public record FieldProblem(
        String pointer,
        Optional<String> found,
        Optional<String> allowed,
        Optional<String> suggestion,
        String message,
        Optional<Place> place) {
    public FieldProblem {
        requireNonNull(pointer, "pointer is null");
        requireNonNull(found, "found is null");
        requireNonNull(allowed, "allowed is null");
        requireNonNull(suggestion, "suggestion is null");
        requireNonNull(message, "message is null");
        requireNonNull(place, "place is null");
    }

    /** The same problem of a document that stands at a pointer of another one. */
    public FieldProblem under(String outer) {
        String inner = pointer.isEmpty() ? "" : Problems.field(pointer);
        String field = Problems.field(outer + pointer);
        String said =
                !inner.isEmpty() && message.startsWith(inner) ? field + message.substring(inner.length()) : message;
        return new FieldProblem(outer + pointer, found, allowed, suggestion, said, place);
    }
}
