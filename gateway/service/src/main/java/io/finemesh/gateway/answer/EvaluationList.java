package io.finemesh.gateway.answer;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Evaluations.
 *
 * @param evaluations newest first
 */
@Schema(description = "Evaluations, newest first")
public record EvaluationList(List<EvaluationAnswer> evaluations) {
    public EvaluationList {
        evaluations = List.copyOf(evaluations);
    }
}
