package io.finemesh.engine.tensor;

import java.util.Objects;

/**
 * Something tensors can live on.
 *
 * @param kind of processor
 * @param index among devices of the kind, from 0
 * @param name for people, such as the processor's model
 * @param memoryBytes physical memory of the device
 * @param architecture what kernels are compiled for, such as {@code sm_89}; empty for the host's processor
 */
public record Device(Kind kind, int index, String name, long memoryBytes, String architecture) {
    /** Kinds of processor. */
    public enum Kind {
        /** The host's processor; always there. */
        CPU,
        /** An NVIDIA graphics processor. */
        CUDA
    }

    public Device {
        Objects.requireNonNull(kind, "kind is null");
        Objects.requireNonNull(name, "name is null");
        Objects.requireNonNull(architecture, "architecture is null");
    }
}
