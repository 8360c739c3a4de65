package io.finemesh.gateway.answer;

import io.finemesh.contract.failure.Failure;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why something failed.
 *
 * @param code what kind of failure
 * @param fault whose fault it is
 * @param disposition what is done about it
 * @param message what was found, what is allowed, what to do
 */
@Schema(description = "Why something failed")
public record FailureAnswer(
        @Schema(examples = "does_not_fit") String code,
        @Schema(examples = "capacity") String fault,
        @Schema(examples = "abort") String disposition,
        String message) {
    /** A failure as users see it. */
    public static FailureAnswer of(Failure failure) {
        return new FailureAnswer(
                word(failure.code()),
                word(failure.code().fault()),
                word(failure.code().disposition()),
                failure.message());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
