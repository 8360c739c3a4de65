package io.finemesh.gateway.answer;

import io.finemesh.contract.id.RunId;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Where to go on from a run.
 *
 * @param self the run
 * @param steps its step ledger
 * @param events its events, as they happen
 * @param cancel POST here to stop it
 */
@Schema(description = "Where to go on from a run")
public record RunLinks(String self, String steps, String events, String cancel) {
    /** Links of a run. */
    public static RunLinks of(RunId run) {
        String self = "/v1/runs/" + run;
        return new RunLinks(self, self + "/steps", self + "/events", self + "/cancel");
    }
}
