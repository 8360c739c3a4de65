package io.finemesh.trainer.lease;

import io.finemesh.contract.failure.Failure;

/** Why a segment ends before it is done. */
public sealed interface Withdrawal {

    /**
     * The scheduler no longer wants it. Nobody waits for an answer.
     *
     * @param reason in the scheduler's words
     */
    record Stopped(String reason) implements Withdrawal {}

    /**
     * A newer lease of the same run arrived. Nobody waits for an answer.
     *
     * @param epoch of the newer lease
     */
    record Superseded(long epoch) implements Withdrawal {}

    /** The trainer leaves and gives the lease back. */
    record Leaving() implements Withdrawal {}

    /**
     * The checkpoint it builds on will never be committed.
     *
     * @param failure that kept it from being so
     */
    record BaseLost(Failure failure) implements Withdrawal {}
}
