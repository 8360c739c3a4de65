package io.finemesh.engine.optim.galore;

/** What becomes of the moments when the basis changes. */
public enum MomentTransport {
    /** They stay as they are, in coordinates that now mean something else: what the reference does. */
    KEPT,
    /** They are turned into the new basis: M by T, V by T with squared entries, where T is new basis times old. */
    ROTATED,
    /** They start again from zero, and bias correction with them. */
    RESET
}
