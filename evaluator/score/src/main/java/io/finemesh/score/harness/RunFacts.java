package io.finemesh.score.harness;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.task.SampleLimit;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How a run was made.
 *
 * @param model who answered
 * @param limit how much was asked
 * @param chat how the prompts were put
 * @param started when it began
 * @param seconds how long it took
 * @param batchSize sequences generated together
 * @param device what computed
 * @param tokenizer special texts and ids of the tokenizer
 * @param provenance what the figures stand on, for those who check them
 */
public record RunFacts(
        ModelFacts model,
        SampleLimit limit,
        ChatFacts chat,
        Instant started,
        double seconds,
        int batchSize,
        String device,
        TokenizerFacts tokenizer,
        Provenance provenance) {
    /**
     * The model.
     *
     * @param name how it is called
     * @param source kind of back end
     * @param arguments how it was opened, as one text
     * @param parameters parameter count
     * @param dtype type of the weights
     * @param revision checkpoint id
     */
    public record ModelFacts(
            String name, String source, String arguments, long parameters, String dtype, String revision) {}

    /**
     * The chat, if it was one. A chat run and a plain run are different figures.
     *
     * @param template the chat template; empty: plain text
     * @param examplesAsTurns whether worked examples were turns of their own
     * @param systemInstruction an instruction of the user's
     */
    public record ChatFacts(Optional<String> template, boolean examplesAsTurns, Optional<String> systemInstruction) {
        /** Plain text. */
        public static ChatFacts none() {
            return new ChatFacts(Optional.empty(), false, Optional.empty());
        }
    }

    /**
     * Special tokens, each as its text and id.
     *
     * @param pad padding
     * @param endOfSequence end of a sequence
     * @param beginOfSequence begin of a sequence
     * @param positions tokens that the model can see
     */
    public record TokenizerFacts(
            Optional<SpecialToken> pad,
            Optional<SpecialToken> endOfSequence,
            Optional<SpecialToken> beginOfSequence,
            int positions) {}

    /**
     * A special token.
     *
     * @param text its text
     * @param id its id
     */
    public record SpecialToken(String text, int id) {}

    /**
     * What the figures stand on.
     *
     * @param manifestDigest digest of the checkpoint's manifest
     * @param datasetDigests digest of each data file by its role
     * @param revision revision of this software
     * @param kernel what computed the numbers
     * @param tokenizerDigest digest of the tokenizer's file
     * @param generation other settings of the generation
     */
    public record Provenance(
            String manifestDigest,
            Map<String, String> datasetDigests,
            String revision,
            String kernel,
            String tokenizerDigest,
            ObjectNode generation) {
        public Provenance {
            datasetDigests = Map.copyOf(datasetDigests);
        }
    }

    public RunFacts {
        requireNonNull(model, "model is null");
        requireNonNull(limit, "limit is null");
        requireNonNull(chat, "chat is null");
        requireNonNull(started, "started is null");
        requireNonNull(tokenizer, "tokenizer is null");
        requireNonNull(provenance, "provenance is null");
    }
}
