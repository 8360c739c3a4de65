package io.finemesh.gateway.problem;

import io.finemesh.gateway.admission.FieldProblem;
import io.finemesh.gateway.document.Place;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One of the errors of a problem.
 *
 * @param pointer JSON pointer (RFC 6901) of the field
 * @param found what stands there
 * @param allowed what may stand there
 * @param suggestion what was probably meant
 * @param message all of it in a sentence
 * @param line 1-based line in the document sent
 * @param column 1-based column in the document sent
 */
@Schema(description = "One wrong field")
public record ProblemDetail(
        @Schema(description = "JSON pointer (RFC 6901) of the field", examples = "/optimizer/learning_rate")
        Optional<String> pointer,

        @Schema(description = "What stands there; absent when nothing does", examples = "-0.1")
        Optional<String> found,

        @Schema(description = "What may stand there, in words", examples = "a number above 0 and at most 1")
        Optional<String> allowed,

        @Schema(description = "What was probably meant") Optional<String> suggestion,
        @Schema(description = "All of it in a sentence") String message,

        @Schema(description = "1-based line in the document sent")
        Optional<Integer> line,

        @Schema(description = "1-based column in the document sent")
        Optional<Integer> column) {

    /** A sentence without a field. */
    public static ProblemDetail of(String message) {
        return new ProblemDetail(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                message,
                Optional.empty(),
                Optional.empty());
    }

    /** A sentence about a place in a document. */
    public static ProblemDetail at(Optional<Place> place, String message) {
        return new ProblemDetail(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                message,
                place.map(Place::line),
                place.map(Place::column));
    }

    /** A wrong field. */
    public static ProblemDetail of(FieldProblem problem) {
        return new ProblemDetail(
                Optional.of(problem.pointer()),
                problem.found(),
                problem.allowed(),
                problem.suggestion(),
                problem.message(),
                problem.place().map(Place::line),
                problem.place().map(Place::column));
    }
}
