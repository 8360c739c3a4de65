package io.finemesh.gateway.answer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A page of a run's step ledger.
 *
 * @param runId the run
 * @param steps the steps, each once, in order
 * @param totalSteps optimizer steps planned
 * @param next where the next page is; absent when there is nothing more now
 */
@Schema(description = "A page of a run's step ledger")
public record StepPage(String runId, List<StepAnswer> steps, OptionalLong totalSteps, Optional<String> next) {}
