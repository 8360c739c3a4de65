package io.finemesh.trainer.lease;

/** Work for a segment ended because the segment was withdrawn. */
public final class WithdrawnException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Withdrawal withdrawal;

    WithdrawnException(Withdrawal withdrawal) {
        super("withdrawn: " + withdrawal, null, false, false);
        this.withdrawal = withdrawal;
    }

    /** Why. */
    public Withdrawal withdrawal() {
        return withdrawal;
    }
}
