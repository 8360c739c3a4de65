package io.finemesh.engine.kernel;

/** One argument of a kernel, as wide as its parameter in the source. */
public sealed interface KernelArgument {
    /** An address on the device that runs the kernel. */
    record Address(long value) implements KernelArgument {}

    /** A {@code long long}. */
    record LongNumber(long value) implements KernelArgument {}

    /** An {@code int}. */
    record IntNumber(int value) implements KernelArgument {}

    /** A {@code float}. */
    record FloatNumber(float value) implements KernelArgument {}
}
