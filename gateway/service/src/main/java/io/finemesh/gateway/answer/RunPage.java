package io.finemesh.gateway.answer;

import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A page of runs, newest first.
 *
 * @param runs the runs
 * @param next where the next page is; absent on the last one
 */
@Schema(description = "A page of runs, newest first")
public record RunPage(List<RunSummary> runs, Optional<String> next) {}
