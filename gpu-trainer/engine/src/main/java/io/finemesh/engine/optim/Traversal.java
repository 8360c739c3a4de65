package io.finemesh.engine.optim;

/** In which order the micro-batches (rows) and layers of an accumulated batch are visited. Sums are the same in each, bit for bit. */
public enum Traversal {
    /** Row after row, each through all layers. Keeps the layer inputs of one row; a group is complete in the last row's pass. */
    ROWS,
    /** All rows forward, then layer after layer with all rows. Keeps the layer inputs of every row; the gradients of one layer exist at a time. */
    LAYERS,
    /** {@link #LAYERS} twice: once to learn norm and finiteness, then, if all is well, once more to update each group as soon as it is complete. */
    LAYERS_TWICE
}
