package io.finemesh.contract.training;

/** What a trainer is doing. */
public enum TrainerCondition {
    /** Waits for work. */
    IDLE,
    /** Holds a lease and computes. */
    TRAINING,
    /** Finishes and leaves. */
    DRAINING
}
