package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.BlobDigest;
import java.util.Base64;
import java.util.BitSet;

/**
 * Which samples were right, so that two checkpoints can be compared pair by pair without object storage.
 *
 * @param sampleSet digest of the documents that were asked, in order: outcomes of different sets are not comparable
 * @param count samples; at most {@link #MOST}
 * @param correct base64 of a bit for each sample, the first in the lowest bit of the first byte; trailing zero bytes left out
 */
public record Outcomes(BlobDigest sampleSet, int count, String correct) {
    /** Samples beyond this are not told one by one: the event would be too large. */
    public static final int MOST = 100_000;

    public Outcomes {
        requireNonNull(sampleSet, "sampleSet is null");
        requireNonNull(correct, "correct is null");
        if (count < 0 || count > MOST) {
            throw new IllegalArgumentException("outcomes are of at most " + MOST + " samples, not of " + count);
        }
    }

    /** The outcomes of so many samples. */
    public static Outcomes of(BlobDigest sampleSet, int count, BitSet right) {
        return new Outcomes(sampleSet, count, Base64.getEncoder().encodeToString(right.toByteArray()));
    }

    /**
     * The samples that were right.
     *
     * @throws IllegalArgumentException if the text is no base64, or names samples that there are not
     */
    public BitSet right() {
        BitSet right = BitSet.valueOf(Base64.getDecoder().decode(correct));
        if (right.length() > count) {
            throw new IllegalArgumentException(
                    "sample " + (right.length() - 1) + " is right, and there are " + count + " samples");
        }
        return right;
    }
}
