package io.finemesh.contract.run;

/** How the learning rate moves after warm-up. */
public enum LearningRateShape {
    /** Stays at its peak. */
    CONSTANT,
    /** Falls on a line to the final fraction. */
    LINEAR,
    /** Falls on half a cosine to the final fraction. */
    COSINE
}
