package io.finemesh.gateway.problem;

import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Body of an error answer (RFC 9457, application/problem+json).
 *
 * @param type stable name of the kind of problem
 * @param title the kind in words
 * @param status HTTP status
 * @param detail what was found, what is allowed, what to do
 * @param errors every single error
 * @param suggestions nearest existing names or ids
 */
@Schema(description = "An error (RFC 9457)")
public record Problem(
        @Schema(description = "Stable name of the kind of problem", examples = "urn:finemesh:problem:unknown-run")
        String type,

        @Schema(description = "The kind in words") String title,
        @Schema(description = "HTTP status") int status,

        @Schema(description = "What was found, what is allowed, what to do")
        String detail,

        @Schema(description = "Every single error") Optional<List<ProblemDetail>> errors,

        @Schema(description = "Nearest existing names or ids")
        Optional<List<String>> suggestions) {
    /** Media type of this body. */
    public static final String MEDIA_TYPE = "application/problem+json";
}
