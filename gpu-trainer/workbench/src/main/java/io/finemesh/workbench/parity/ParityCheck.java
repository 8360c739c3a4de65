package io.finemesh.workbench.parity;

/** One folder or file of expected numbers to compare with. */
public interface ParityCheck {
    /** Computes and compares; what cannot be computed is a finding, not an exception. */
    ParityReport run();
}
