package io.finemesh.contract.run;

/** What happens to a sample longer than the cut-off. */
public enum LongSamples {
    /** Its first tokens are kept. */
    TRUNCATE,
    /** Question and answer share the room, each keeping its beginning, as in LLaMA-Factory. */
    SHARE,
    /** It is left out. */
    DROP
}
