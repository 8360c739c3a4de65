package io.finemesh.contract.failure;

/** Whose fault a failure is; decides who is told. */
public enum Fault {
    /** The request, the data or the model is wrong; only its author can mend it. */
    USER,
    /** What was asked does not fit what is there now. */
    CAPACITY,
    /** A process, a disk or a connection failed. */
    INFRASTRUCTURE,
    /** Finemesh itself is wrong. */
    BUG
}
