package io.finemesh.trainer.heartbeat;

import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import java.util.concurrent.CompletableFuture;

/** Delivers heartbeats. One that cannot be delivered at once is lost; the next one says more. */
@FunctionalInterface
public interface HeartbeatSink {
    /** Delivers a heartbeat; the future completes when the broker has it, or fails soon. */
    CompletableFuture<Void> heartbeat(Envelope<TrainerHeartbeat> heartbeat);
}
