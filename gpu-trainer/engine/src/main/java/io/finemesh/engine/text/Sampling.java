package io.finemesh.engine.text;

/**
 * How the next token is chosen, in the order of transformers' logits processors: penalty, temperature, top k, top p.
 *
 * @param temperature by which logits are divided; 0 for always the most likely token
 * @param topK most likely tokens to choose among, those as likely as the last of them included; 0 for all
 * @param topP the most likely tokens that together have at least this probability are chosen among; 1 for all
 * @param repetitionPenalty logits of tokens that stand in prompt or continuation are divided by it if positive, else multiplied (CTRL, arXiv 1909.05858); 1 for none
 */
public record Sampling(double temperature, int topK, double topP, double repetitionPenalty) {
    /** Always the most likely token; of equals the one with the lowest id. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 1);

    private static final double HOTTEST = 1000;

    public Sampling {
        if (!(temperature >= 0 && temperature <= HOTTEST)) {
            throw new IllegalArgumentException(
                    "temperature must be 0 (greedy) to " + (int) HOTTEST + ", got " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top k must be 0 (all) or more, got " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top p must be above 0 and at most 1 (all), got " + topP);
        }
        if (!(repetitionPenalty > 0 && repetitionPenalty <= HOTTEST)) {
            throw new IllegalArgumentException(
                    "repetition penalty must be above 0 and at most " + (int) HOTTEST + ", got " + repetitionPenalty);
        }
    }

    /** By temperature alone. */
    public static Sampling atTemperature(double temperature) {
        return new Sampling(temperature, 0, 1, 1);
    }

    /** Whether chance plays no part. */
    public boolean isGreedy() {
        return temperature == 0;
    }
}
