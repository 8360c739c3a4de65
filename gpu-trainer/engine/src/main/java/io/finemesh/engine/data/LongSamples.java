package io.finemesh.engine.data;

/** What happens to a sample longer than the cut-off. */
public enum LongSamples {
    /**
     * Its first tokens are kept, as many as allowed. A cut answer loses its end-of-text token, so the model does not learn to stop there; a
     * sample whose question alone fills the room is left without labels and dropped as such.
     */
    TRUNCATE,
    /** Question and answer share the room, each keeping its beginning, as {@link RoomShare} says. */
    SHARE,
    /** The whole sample is left out. */
    DROP
}
