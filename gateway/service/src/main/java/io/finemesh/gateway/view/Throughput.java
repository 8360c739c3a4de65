package io.finemesh.gateway.view;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How fast steps come, over the last few of them.
 *
 * @param tokensPerSecond tokens a second; empty before the second step
 * @param secondsPerStep seconds a step takes; empty before the second step
 */
record Throughput(OptionalDouble tokensPerSecond, OptionalDouble secondsPerStep) {
    /** Steps it is taken over. */
    static final int WINDOW = 32;

    /** Of consecutive steps. The first only says when the second began. */
    static Throughput of(List<Step> steps) {
        if (steps.size() < 2) {
            return new Throughput(OptionalDouble.empty(), OptionalDouble.empty());
        }
        double seconds =
                Duration.between(steps.getFirst().time(), steps.getLast().time())
                                .toMillis()
                        / 1000.0;
        if (seconds <= 0) {
            return new Throughput(OptionalDouble.empty(), OptionalDouble.empty());
        }
        long tokens = steps.stream().skip(1).mapToLong(Step::tokens).sum();
        return new Throughput(OptionalDouble.of(tokens / seconds), OptionalDouble.of(seconds / (steps.size() - 1)));
    }
}
