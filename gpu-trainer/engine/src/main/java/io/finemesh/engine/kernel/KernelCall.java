package io.finemesh.engine.kernel;

import java.util.List;

/**
 * A kernel, its grid and its arguments.
 *
 * @param source where the function is
 * @param function entry point
 * @param gridColumns thread blocks along x
 * @param gridRows thread blocks along y
 * @param blockColumns threads of a block along x
 * @param blockRows threads of a block along y
 * @param arguments in the order of the function's parameters
 */
public record KernelCall(
        KernelSource source,
        String function,
        int gridColumns,
        int gridRows,
        int blockColumns,
        int blockRows,
        List<KernelArgument> arguments) {
    public KernelCall {
        if (!source.functions().contains(function)) {
            throw new IllegalArgumentException(
                    source.file() + " has no kernel " + function + ", only " + source.functions());
        }
        if (gridColumns < 1 || gridRows < 1 || blockColumns < 1 || blockRows < 1) {
            throw new IllegalArgumentException("grid " + gridColumns + " x " + gridRows + " of blocks " + blockColumns
                    + " x " + blockRows + " for " + function + " is empty");
        }
        arguments = List.copyOf(arguments);
    }
}
