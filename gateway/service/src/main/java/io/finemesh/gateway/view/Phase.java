package io.finemesh.gateway.view;

import io.finemesh.contract.run.RunPhase;
import java.util.Locale;

/** Where a run stands, as users see it. */
public enum Phase {
    /** Sent to the scheduler, not answered yet. */
    SUBMITTED,
    /** Planned, waits for a trainer. */
    ACCEPTED,
    /** A segment is being trained or committed. */
    TRAINING,
    /** Training is done, evaluations are not. */
    EVALUATING,
    /** Done. */
    COMPLETED,
    /** Gave up. */
    FAILED,
    /** Stopped on request. */
    CANCELLED,
    /** Never started. */
    REJECTED;

    /** Whether nothing more happens. */
    public boolean ended() {
        return switch (this) {
            case SUBMITTED, ACCEPTED, TRAINING, EVALUATING -> false;
            case COMPLETED, FAILED, CANCELLED, REJECTED -> true;
        };
    }

    /** The word in requests and answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Phase of(RunPhase phase) {
        return switch (phase) {
            case ACCEPTED -> ACCEPTED;
            case TRAINING -> TRAINING;
            case EVALUATING -> EVALUATING;
            case COMPLETED -> COMPLETED;
            case FAILED -> FAILED;
            case CANCELLED -> CANCELLED;
            case REJECTED -> REJECTED;
        };
    }
}
