package io.finemesh.contract.run;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.RunId;

/** What the gateway asks of the scheduler about one run. Owner: gateway. */
public sealed interface RunCommand extends Message permits SubmitRun, CancelRun {
    /** The run this is about; key of the record. */
    RunId runId();
}
