package io.finemesh.checkpoint.model;

/** By what a root-mean-square norm multiplies the normalised values, given its weight. */
public enum NormScale {
    /** The weight. */
    WEIGHT,
    /** One plus the weight, so that a weight of zero changes nothing (Gemma). */
    ONE_PLUS_WEIGHT
}
