package io.finemesh.engine.text;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.DecodingBatch;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Continues prompts greedily: at each place the most likely token. Each token is computed once (key-value cache), prompts of different length go
 * together without padding, and a finished sequence leaves its batch at once.
 *
 * <p>A prompt that would not leave room for the new tokens within the model's positions loses tokens at its beginning, as lm-evaluation-harness
 * does: {@code maxPositions - maxNewTokens} are kept.
 *
 * <p>Used by one thread. The decoder stays the caller's.
 */
public final class Generator {
    private final Decoder decoder;

    /** A generator with the decoder's present weights. */
    public Generator(Decoder decoder) {
        this.decoder = decoder;
    }

    /**
     * Continues prompts.
     *
     * @param prompts token ids, each at least one
     * @param limits when to stop
     * @return continuations, in the order of the prompts
     * @throws IllegalArgumentException if a prompt is empty, or the new tokens alone would exceed the model's positions
     * @throws ArithmeticException if the model predicts values that are not numbers
     */
    public List<Generation> generate(List<int[]> prompts, GenerationLimits limits) {
        int room = roomForPrompt(limits);
        for (int i = 0; i < prompts.size(); i++) {
            if (prompts.get(i).length == 0) {
                throw new IllegalArgumentException("prompt " + i + " has no token; there is nothing to continue");
            }
        }
        List<int[]> kept = prompts.stream()
                .map(prompt -> Arrays.copyOfRange(prompt, Math.max(0, prompt.length - room), prompt.length))
                .toList();
        // Prompts of like length go together, so that the cache of one batch is no longer than its prompts need.
        List<Integer> longestFirst = IntStream.range(0, kept.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> kept.get(i).length)
                        .reversed())
                .toList();
        Generation[] results = new Generation[prompts.size()];
        for (int from = 0; from < longestFirst.size(); from += limits.batchSize()) {
            List<Integer> members =
                    longestFirst.subList(from, Math.min(from + limits.batchSize(), longestFirst.size()));
            List<Continuation> finished =
                    continueTogether(members.stream().map(kept::get).toList(), limits);
            for (int m = 0; m < members.size(); m++) {
                int prompt = members.get(m);
                Continuation continuation = finished.get(m);
                results[prompt] = new Generation(
                        continuation.ids(), continuation.stop, prompts.get(prompt).length - kept.get(prompt).length);
            }
        }
        return List.of(results);
    }

    private int roomForPrompt(GenerationLimits limits) {
        ModelConfiguration configuration = decoder.configuration();
        int room = configuration.maxPositions() - limits.maxNewTokens();
        if (room < 1) {
            throw new IllegalArgumentException(
                    limits.maxNewTokens() + " new tokens leave no room for a prompt: the model has "
                            + configuration.maxPositions() + " positions; allow fewer new tokens");
        }
        return room;
    }

    /** A sequence as it grows. */
    private static final class Continuation {
        private final List<Integer> tokens = new ArrayList<>();
        private Generation.Stop stop;

        /** Takes the next token. @return whether there may be more */
        private boolean accept(int token, GenerationLimits limits) {
            if (limits.stopTokens().contains(token)) {
                stop = Generation.Stop.STOP_TOKEN;
                return false;
            }
            tokens.add(token);
            if (tokens.size() == limits.maxNewTokens()) {
                stop = Generation.Stop.MAX_NEW_TOKENS;
                return false;
            }
            return true;
        }

        private int[] ids() {
            return tokens.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    private List<Continuation> continueTogether(List<int[]> prompts, GenerationLimits limits) {
        List<Continuation> all =
                prompts.stream().map(prompt -> new Continuation()).toList();
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        // The last token of a continuation is never read back, so it needs no place in the cache.
        int capacity = longest + limits.maxNewTokens() - 1;
        try (TensorScope _ = TensorScope.open("generation");
                DecodingBatch batch = new DecodingBatch(decoder, prompts, capacity)) {
            requireNumbers(batch);
            List<Continuation> growing = all;
            while (true) {
                int[] next = batch.greedy();
                List<Continuation> before = growing;
                int[] going = IntStream.range(0, next.length)
                        .filter(sequence -> before.get(sequence).accept(next[sequence], limits))
                        .toArray();
                if (going.length == 0) {
                    return all;
                }
                if (going.length < next.length) {
                    batch.retain(going);
                    growing = Arrays.stream(going).mapToObj(before::get).toList();
                }
                batch.append(
                        Arrays.stream(going).map(sequence -> next[sequence]).toArray());
            }
        }
    }

    /** A model whose weights have become NaN would otherwise answer, and be scored, as if it had meant something. */
    private static void requireNumbers(DecodingBatch batch) {
        for (int sequence = 0; sequence < batch.size(); sequence++) {
            for (float logit : batch.logits(sequence)) {
                if (Float.isNaN(logit)) {
                    throw new ArithmeticException(
                            "the model predicts values that are not numbers; its weights are damaged or training diverged");
                }
            }
        }
    }
}
