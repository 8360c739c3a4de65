package io.finemesh.gateway.answer;

import io.finemesh.contract.id.RunId;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Answer to a request that the scheduler will carry out.
 *
 * @param id the run
 * @param name its name
 * @param phase where it stands now
 * @param links where to go on
 */
@Schema(description = "The run that a request made or changed")
public record RunReceipt(
        @Schema(examples = "run-0f3a9c41d27be865a1c0") String id,
        String name,
        @Schema(examples = "submitted") String phase,
        RunLinks links) {
    /** The receipt of a run. */
    public static RunReceipt of(RunId run, String name, String phase) {
        return new RunReceipt(run.value(), name, phase, RunLinks.of(run));
    }
}
