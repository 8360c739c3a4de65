package io.finemesh.workbench.bench;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.DevicePreference;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.text.Generation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How fast a model writes: as many prompts as the batch has, read together and continued greedily, none of them stopped before its end.
 *
 * @param shape of the model; weights are random
 * @param precision in which weights are held
 * @param batchSize prompts continued together
 * @param promptTokens of each prompt
 * @param newTokens of each continuation, at least 2
 * @param rounds medians are taken over
 * @param threads of arithmetic on the host
 * @param device as {@link DevicePreference#parse} reads it
 */
record GenerationBench(
        BenchShape shape,
        Precision precision,
        int batchSize,
        int promptTokens,
        int newTokens,
        int rounds,
        int threads,
        String device) {
    private static final long SEED = 7;

    /**
     * What was measured.
     *
     * @param promptSeconds until every prompt had its first token
     * @param seconds until every continuation was complete
     * @param tokensPerSecond new tokens of all continuations by the time of all
     */
    record Speed(double promptSeconds, double seconds, double tokensPerSecond) {}

    Speed measure() {
        Backend.start(threads, DevicePreference.parse(device));
        ModelConfiguration configuration = shape.configuration();
        try (RandomWeights weights = new RandomWeights(ModelStructure.of(configuration), precision, SEED);
                Decoder decoder = Decoder.load(configuration, weights, precision)) {
            Generator generator = new Generator(decoder);
            seconds(generator, 2); // code is compiled, memory is touched
            List<Double> reading = new ArrayList<>();
            List<Double> whole = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                reading.add(seconds(generator, 1));
                whole.add(seconds(generator, newTokens));
            }
            double seconds = Medians.of(whole);
            return new Speed(Medians.of(reading), seconds, (double) batchSize * newTokens / seconds);
        }
    }

    private double seconds(Generator generator, int tokens) {
        long begin = System.nanoTime();
        List<Generation> written = generator.generate(prompts(), new GenerationLimits(tokens, Set.of(), batchSize));
        Backend.synchronize();
        double seconds = (System.nanoTime() - begin) / 1e9;
        for (Generation generation : written) {
            if (generation.tokens().length != tokens) {
                throw new IllegalStateException("a continuation has " + generation.tokens().length
                        + " tokens instead of " + tokens + "; its time says nothing");
            }
        }
        return seconds;
    }

    /** Different tokens in every prompt, the same in every round. */
    private List<int[]> prompts() {
        int vocabulary = Math.toIntExact(shape.configuration().vocabularySize());
        List<int[]> prompts = new ArrayList<>();
        for (int p = 0; p < batchSize; p++) {
            int[] tokens = new int[promptTokens];
            for (int t = 0; t < promptTokens; t++) {
                tokens[t] = 3 + (p * 131 + t * 37 + t * t % 101) % (vocabulary - 3);
            }
            prompts.add(tokens);
        }
        return prompts;
    }

    /** One line for people. */
    String line(Speed speed) {
        return String.format(
                Locale.ROOT,
                "%s, %s: %d prompts of %d tokens together, %d new tokens each: %.1f new tokens/s (%.2f s, %.2f of it for reading the prompts)",
                shape.name(),
                precision.name().toLowerCase(Locale.ROOT),
                batchSize,
                promptTokens,
                newTokens,
                speed.tokensPerSecond(),
                speed.seconds(),
                speed.promptSeconds());
    }
}
