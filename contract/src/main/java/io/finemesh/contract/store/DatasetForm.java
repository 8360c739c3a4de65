package io.finemesh.contract.store;

/** What the object of a data set version holds. */
public enum DatasetForm {
    /** The rows themselves, one JSON object a line. */
    ROWS,
    /** A {@link DatasetParts}: the objects that hold the rows, in order. */
    PARTS
}
