package io.finemesh.trainer.event;

import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.contract.wire.Envelope;
import java.util.concurrent.CompletableFuture;

/**
 * Delivers what a trainer says. Events of one run arrive in the order of the calls. Each call returns at once; its future completes
 * when the broker has the event for good, or fails when it will not.
 */
public interface EventSink {
    /** Delivers an event of a segment. */
    CompletableFuture<Void> training(Envelope<? extends TrainingEvent> event);

    /** Delivers an entry of the step ledger. */
    CompletableFuture<Void> step(Envelope<StepCompleted> step);
}
