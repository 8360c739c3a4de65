package io.finemesh.engine.data;

import io.finemesh.engine.text.EncodedText;
import java.util.List;

/**
 * The samples of a run, encoded.
 *
 * @param samples in the order of the dataset; each has at least one token to predict
 * @param leftOut places in the dataset, from 0, of what was left out, ascending
 * @param report what was read and left out
 */
public record EncodedSamples(List<EncodedText> samples, List<Integer> leftOut, Report report) {
    public EncodedSamples {
        samples = List.copyOf(samples);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Counts of an encoding.
     *
     * @param conversations read
     * @param truncated kept, but cut at the cut-off
     * @param droppedTooLong left out because they were longer than the cut-off
     * @param droppedUnlabelled left out because nothing in them would be learnt
     * @param tokens of the samples kept
     * @param labelledTokens predicted tokens of the samples kept
     * @param longest tokens of the longest sample kept
     */
    public record Report(
            long conversations,
            long truncated,
            long droppedTooLong,
            long droppedUnlabelled,
            long tokens,
            long labelledTokens,
            int longest) {
        /** Samples kept. */
        public long kept() {
            return conversations - droppedTooLong - droppedUnlabelled;
        }

        /** One line for people. */
        public String describe() {
            return kept() + " of " + conversations + " conversations kept (" + truncated + " cut, " + droppedTooLong
                    + " too long, " + droppedUnlabelled + " without anything to learn), " + tokens + " tokens, "
                    + labelledTokens + " of them labelled, longest " + longest;
        }
    }
}
