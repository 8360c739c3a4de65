package io.finemesh.plan.memory;

import java.util.Locale;
import java.util.stream.LongStream;

/**
 * Peak memory of a run by component, in bytes. Their sum is the memory at the worst moment.
 *
 * @param weightsBytes the model as stored
 * @param masterBytes fp32 copies of the trained parameters, or adapters; 0 where the weights are fp32 themselves
 * @param gradientBytes fp32 gradients of the trained parameters, or their projections, as far as they exist at that moment
 * @param optimizerStateBytes moments
 * @param projectionBytes bases of low-rank projections
 * @param activationBytes intermediate values of the forward and backward pass
 * @param logitsBytes one chunk of logits and its slope
 * @param overheadBytes widened weights, gradients on their way into the accumulated ones, what runs without any model, and what the copies written at
 *     the end of a segment need beyond all that
 * @param stepGradientBytes gradients when all of them exist; no part of the sum
 */
public record MemoryEstimate(
        long weightsBytes,
        long masterBytes,
        long gradientBytes,
        long optimizerStateBytes,
        long projectionBytes,
        long activationBytes,
        long logitsBytes,
        long overheadBytes,
        long stepGradientBytes) {

    private static final double GIGA = 1e9;

    /**
     * The sum of all components.
     *
     * @throws ArithmeticException when it is beyond 2^63
     */
    public long totalBytes() {
        return sum(
                weightsBytes,
                masterBytes,
                gradientBytes,
                optimizerStateBytes,
                projectionBytes,
                activationBytes,
                logitsBytes,
                overheadBytes);
    }

    static long sum(long... bytes) {
        return LongStream.of(bytes).reduce(0, Math::addExact);
    }

    /** A line per component with its size in GB (10^9 bytes) and its share, and the total. */
    public String table() {
        StringBuilder text = new StringBuilder();
        line(text, "weights", weightsBytes);
        line(text, "fp32 master", masterBytes);
        line(text, "gradients", gradientBytes);
        line(text, "optimizer states", optimizerStateBytes);
        line(text, "projections", projectionBytes);
        line(text, "activations", activationBytes);
        line(text, "logits", logitsBytes);
        line(text, "overhead", overheadBytes);
        line(text, "total", totalBytes());
        if (stepGradientBytes > gradientBytes) {
            text.append(String.format(
                    Locale.ROOT,
                    "All gradients are %.3f GB; at the moment of most memory they are not all there.%n",
                    stepGradientBytes / GIGA));
        }
        return text.toString();
    }

    private void line(StringBuilder text, String component, long bytes) {
        text.append(String.format(
                Locale.ROOT, "%-18s %10.3f GB %6.1f %%%n", component, bytes / GIGA, 100.0 * bytes / totalBytes()));
    }

    /** Bytes as people read them: GB of 10^9 bytes, or MB below one. */
    static String readable(long bytes) {
        return bytes >= 1_000_000_000L
                ? String.format(Locale.ROOT, "%.2f GB", bytes / GIGA)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
