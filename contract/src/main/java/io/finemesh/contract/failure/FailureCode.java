package io.finemesh.contract.failure;

/** Every way a run, a segment, a checkpoint or an evaluation can fail. Names never change; codes are only added. */
public enum FailureCode {
    /** The run specification contradicts itself or asks for what the method cannot do. */
    INVALID_SPECIFICATION(Fault.USER, Disposition.ABORT),
    /** The model's configuration or tensors are refused. */
    MODEL_NOT_USABLE(Fault.USER, Disposition.ABORT),
    /** The data set has no row that can be trained on. */
    DATASET_NOT_USABLE(Fault.USER, Disposition.ABORT),
    /** The tokenizer produces ids that the model does not have. */
    TOKENIZER_MISMATCH(Fault.USER, Disposition.ABORT),
    /** Too many steps in a row had a loss or gradient that is not a number. */
    NON_FINITE_LOSS(Fault.USER, Disposition.ABORT),
    /** Staged tensors do not match their digests, names or shapes. */
    CHECKPOINT_REFUSED(Fault.BUG, Disposition.ABORT),
    /** No trainer could ever hold the run, whatever is free. */
    DOES_NOT_FIT(Fault.CAPACITY, Disposition.ABORT),
    /** Trainers exist but all are taken or silent. */
    NO_TRAINER_FREE(Fault.CAPACITY, Disposition.PARK),
    /** The trainer ran out of memory though the plan said it would fit, or an evaluator did. */
    OUT_OF_MEMORY(Fault.CAPACITY, Disposition.RETRY),
    /** The trainer fell silent or restarted. */
    TRAINER_LOST(Fault.INFRASTRUCTURE, Disposition.RETRY),
    /** The trainer was asked to leave and gave the lease back: however often a mesh is shut down, no run ends of it. */
    TRAINER_LEFT(Fault.INFRASTRUCTURE, Disposition.PARK),
    /** The checkpoint store or its object storage did not answer. */
    STORE_UNREACHABLE(Fault.INFRASTRUCTURE, Disposition.RETRY),
    /** Object storage or a local disk has no space left; somebody has to free some, and then the work goes on. */
    STORAGE_FULL(Fault.INFRASTRUCTURE, Disposition.PARK),
    /** A fetched object's bytes do not have its digest. */
    BLOB_CORRUPT(Fault.INFRASTRUCTURE, Disposition.RETRY),
    /** An evaluation ended without a score. */
    EVALUATION_FAILED(Fault.INFRASTRUCTURE, Disposition.RETRY),
    /** The run that asked for the evaluation ended before it had a score. */
    EVALUATION_WITHDRAWN(Fault.USER, Disposition.ABORT),
    /** A record on a topic could not be read; it is kept in the dead-letter topic. */
    UNREADABLE_RECORD(Fault.BUG, Disposition.ABORT),
    /** Something that cannot happen did; the message and the log say what. */
    INTERNAL(Fault.BUG, Disposition.RETRY);

    private final Fault fault;
    private final Disposition disposition;

    FailureCode(Fault fault, Disposition disposition) {
        this.fault = fault;
        this.disposition = disposition;
    }

    /** Whose fault it is. */
    public Fault fault() {
        return fault;
    }

    /** What to do about it. */
    public Disposition disposition() {
        return disposition;
    }
}
