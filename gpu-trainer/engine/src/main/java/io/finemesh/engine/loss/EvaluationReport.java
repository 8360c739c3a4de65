package io.finemesh.engine.loss;

import java.util.List;

/**
 * Held-out loss.
 *
 * @param negativeLogLikelihood summed over labelled tokens, nats
 * @param labelledTokens how many there were
 * @param samples in the order given
 */
public record EvaluationReport(double negativeLogLikelihood, long labelledTokens, List<Sample> samples) {
    /**
     * One sample.
     *
     * @param negativeLogLikelihood summed over its labelled tokens, nats
     * @param labelledTokens how many it had
     */
    public record Sample(double negativeLogLikelihood, int labelledTokens) {}

    public EvaluationReport {
        samples = List.copyOf(samples);
    }

    /** Mean loss per labelled token, nats; not a number without any. */
    public double meanLoss() {
        return negativeLogLikelihood / labelledTokens;
    }

    /** Exponential of the mean loss. */
    public double perplexity() {
        return Math.exp(meanLoss());
    }
}
