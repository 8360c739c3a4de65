package io.finemesh.contract.training;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.TrainerId;

/** What the scheduler asks of one trainer. Owner: scheduler. */
public sealed interface TrainingCommand extends Message permits TrainSegment, StopSegment {
    /** The trainer this is for; key of the record. */
    TrainerId trainer();
}
