package io.finemesh.engine.model;

/** The weights of a parameter group in native memory, in whichever form they are held. Owns native memory until closed. */
public sealed interface StoredGroup extends AutoCloseable permits GroupTensors, QuantizedGroup {
    /** Where the group's tensors lie. */
    GroupLayout layout();

    /**
     * The weights a layer is run with, in the element type of {@link io.finemesh.engine.tensor.Precision#arithmetic}: themselves, or copies that the innermost
     * scope owns.
     */
    SlotTensors computed();

    /** Bytes of native memory. */
    long bytes();

    @Override
    void close();
}
