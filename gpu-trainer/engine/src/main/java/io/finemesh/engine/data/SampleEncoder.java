package io.finemesh.engine.data;

import io.finemesh.engine.data.DatasetException.Reason;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.EncodedText;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.PromptException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Encodes conversations as training samples: bounded in length, each with something to learn.
 *
 * <p>Not safe for several threads: it counts.
 */
public final class SampleEncoder {
    private final PromptEncoder prompts;
    private final int cutoff;
    private final LongSamples longSamples;
    private long conversations;
    private long truncated;
    private long droppedTooLong;
    private long droppedUnlabelled;
    private long tokens;
    private long labelledTokens;
    private int longest;

    /** An encoder that cuts long samples. */
    public SampleEncoder(PromptEncoder prompts, int cutoff) {
        this(prompts, cutoff, LongSamples.TRUNCATE);
    }

    /**
     * An encoder.
     *
     * @param prompts how a conversation becomes tokens
     * @param cutoff most tokens of a sample, at least 2: one to predict from and one to predict
     * @param longSamples what happens to longer ones
     */
    public SampleEncoder(PromptEncoder prompts, int cutoff, LongSamples longSamples) {
        if (cutoff < 2) {
            throw new IllegalArgumentException(
                    "cut-off must be at least 2 tokens, one to predict from and one to predict; got " + cutoff);
        }
        this.prompts = prompts;
        this.cutoff = cutoff;
        this.longSamples = longSamples;
    }

    /**
     * The sample, or nothing if it was dropped; counted either way.
     *
     * @throws PromptException if it cannot be written down; the message says which it is
     */
    public Optional<EncodedText> encode(Conversation conversation) {
        conversations++;
        EncodedText sample;
        try {
            sample = prompts.encode(conversation);
        } catch (PromptException refused) {
            throw new PromptException(
                    refused.reason(),
                    "conversation " + conversations + " of the data set: " + refused.getMessage(),
                    refused);
        }
        if (sample.length() > cutoff) {
            switch (longSamples) {
                case DROP -> {
                    droppedTooLong++;
                    return Optional.empty();
                }
                case TRUNCATE -> sample = sample.first(cutoff);
                case SHARE -> sample = RoomShare.cut(sample, cutoff);
            }
            if (sample.labelledTokens() > 0) {
                truncated++;
            }
        }
        if (sample.labelledTokens() == 0) {
            droppedUnlabelled++;
            return Optional.empty();
        }
        tokens += sample.length();
        labelledTokens += sample.labelledTokens();
        longest = Math.max(longest, sample.length());
        return Optional.of(sample);
    }

    /**
     * Encodes all that is left of a dataset.
     *
     * @throws DatasetException if a line is at fault, or no sample is kept
     */
    public EncodedSamples encodeAll(Iterator<Conversation> dataset) {
        List<EncodedText> samples = new ArrayList<>();
        List<Integer> leftOut = new ArrayList<>();
        for (int place = 0; dataset.hasNext(); place++) {
            Optional<EncodedText> sample = encode(dataset.next());
            if (sample.isPresent()) {
                samples.add(sample.get());
            } else {
                leftOut.add(place);
            }
        }
        if (samples.isEmpty()) {
            throw new DatasetException(Reason.NO_SAMPLES, nothingLeft());
        }
        return new EncodedSamples(samples, leftOut, report());
    }

    /** What was read and left out so far. */
    public EncodedSamples.Report report() {
        return new EncodedSamples.Report(
                conversations, truncated, droppedTooLong, droppedUnlabelled, tokens, labelledTokens, longest);
    }

    private String nothingLeft() {
        if (conversations == 0) {
            return "the dataset has no conversation";
        }
        return "none of " + conversations + " conversations can be trained on: " + droppedTooLong
                + " are longer than the cut-off of " + cutoff + " tokens, " + droppedUnlabelled
                + " have no assistant text within it; raise the cut-off or check the roles";
    }
}
