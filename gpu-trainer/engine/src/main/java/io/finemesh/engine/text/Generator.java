package io.finemesh.engine.text;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.DecodingBatch;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Continues prompts, greedily or by chance. Each token is computed once (key-value cache), prompts of different length go together without padding, and a finished
 * sequence leaves its batch at once.
 *
 * <p>What is said to a prompt depends on the prompt, the sampling and its seed, never on batch size or company. The last bits of logits do depend on what is
 * computed beside them; where they could decide, the sequence is computed again alone ({@link TokenChoice}).
 *
 * <p>A prompt that would not leave room for the new tokens within the model's positions loses tokens at its beginning, as lm-evaluation-harness
 * does: {@code maxPositions - maxNewTokens} are kept.
 *
 * <p>Used by one thread. The decoder stays the caller's.
 */
public final class Generator {
    /** By this part of the largest logit, and at least of 1, a logit is taken to be off: hundreds of times what was measured. */
    private static final double RELATIVE_ERROR = 1e-4;

    private final Decoder decoder;
    private final Optional<Tokenizer> tokenizer;
    private long recomputed;

    /** A generator with the decoder's present weights that knows tokens only. */
    public Generator(Decoder decoder) {
        this.decoder = decoder;
        this.tokenizer = Optional.empty();
    }

    /** A generator that gives texts, too, and can stop at strings. */
    public Generator(Decoder decoder, Tokenizer tokenizer) {
        this.decoder = decoder;
        this.tokenizer = Optional.of(tokenizer);
    }

    /** How often a token was too close to another to be chosen without computing its sequence alone. */
    public long recomputedTokens() {
        return recomputed;
    }

    /**
     * Continues prompts greedily: at each place the most likely token, of equals the one with the lowest id.
     *
     * @see #generate(List, GenerationLimits, Sampling, long[])
     */
    public List<Generation> generate(List<int[]> prompts, GenerationLimits limits) {
        return generate(prompts, limits, Sampling.GREEDY, new long[prompts.size()]);
    }

    /**
     * Continues prompts.
     *
     * @param prompts token ids, each at least one
     * @param limits when to stop
     * @param sampling how tokens are chosen
     * @param seeds one per prompt; the same prompt with the same seed is continued the same way
     * @return continuations, in the order of the prompts
     * @throws IllegalArgumentException if a prompt is empty, the new tokens alone would exceed the model's positions, or stop strings are given without a tokenizer
     * @throws ArithmeticException if the model predicts values that are not numbers
     */
    public List<Generation> generate(List<int[]> prompts, GenerationLimits limits, Sampling sampling, long[] seeds) {
        int room = roomForPrompt(limits);
        if (seeds.length != prompts.size()) {
            throw new IllegalArgumentException(prompts.size() + " prompts need as many seeds, got " + seeds.length);
        }
        if (!limits.stopStrings().isEmpty() && tokenizer.isEmpty()) {
            throw new IllegalArgumentException("stop strings need a generator that was made with a tokenizer");
        }
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
            List<Continuation> all = members.stream()
                    .map(i -> new Continuation(kept.get(i), limits, sampling, seeds[i], tokenizer))
                    .toList();
            continueTogether(all);
            for (int m = 0; m < members.size(); m++) {
                int prompt = members.get(m);
                results[prompt] = all.get(m).result(prompts.get(prompt).length - kept.get(prompt).length);
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

    private void continueTogether(List<Continuation> all) {
        List<Continuation> growing = all;
        while (!growing.isEmpty()) {
            growing = untilPositionsChange(growing);
        }
    }

    /**
     * Continues until all have ended, or one has grown beyond the context within which the model turns positions one way: its cached keys are then turned the wrong
     * way, and everything is read anew.
     *
     * @return those that go on
     */
    private List<Continuation> untilPositionsChange(List<Continuation> all) {
        // The last token of a continuation is never read back, so it needs no place in the cache.
        int capacity = all.stream().mapToInt(Continuation::longest).max().orElseThrow() - 1;
        try (TensorScope _ = TensorScope.open("generation");
                DecodingBatch batch = new DecodingBatch(
                        decoder, all.stream().map(Continuation::tokens).toList(), capacity)) {
            List<Continuation> growing = all;
            while (true) {
                int[] next = choose(batch, growing);
                List<Continuation> before = growing;
                int[] going = IntStream.range(0, next.length)
                        .filter(sequence -> before.get(sequence).accept(next[sequence]))
                        .toArray();
                if (going.length == 0) {
                    return List.of();
                }
                if (going.length < next.length) {
                    batch.retain(going);
                    growing = Arrays.stream(going).mapToObj(before::get).toList();
                }
                if (growing.stream().anyMatch(one -> one.tokens().length == decoder.longestWithin() + 1L)) {
                    return growing;
                }
                batch.append(
                        Arrays.stream(going).map(sequence -> next[sequence]).toArray());
            }
        }
    }

    private int[] choose(DecodingBatch batch, List<Continuation> growing) {
        int[] tokens = new int[growing.size()];
        DecodingBatch.Best[] best = batch.best();
        for (int b = 0; b < tokens.length; b++) {
            // A model whose weights have become NaN would otherwise answer, and be scored, as if it had meant
            // something.
            requireNumber(best[b].largest());
            double tolerance = RELATIVE_ERROR * Math.max(1, Math.abs(best[b].largest()));
            Continuation continuation = growing.get(b);
            OptionalInt token = !continuation.choosesByLargestLogit()
                    ? continuation.choice(batch.logits(b), tolerance)
                    : best[b].largest() - best[b].second() > 2 * tolerance
                            ? OptionalInt.of(best[b].token())
                            : OptionalInt.empty();
            tokens[b] = token.isPresent() ? token.getAsInt() : chooseAlone(continuation);
        }
        return tokens;
    }

    private int chooseAlone(Continuation continuation) {
        recomputed++;
        int[] tokens = continuation.tokens();
        return continuation.exactChoice(decoder.logits(PackedRow.unlabelled(List.of(tokens)), tokens.length - 1)[0]);
    }

    private static void requireNumber(float logit) {
        if (Float.isNaN(logit)) {
            throw new ArithmeticException(
                    "the model predicts values that are not numbers; its weights are damaged or training diverged");
        }
    }
}
