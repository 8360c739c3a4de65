package io.finemesh.contract.run;

import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * What asking a judge may cost, of one evaluation whoever takes part in it and however often it goes on.
 *
 * @param requests requests that may be sent, attempts counted each; absent = no bound of its own
 * @param tokens tokens that may be used, as the judge's server counts them; absent = no bound of its own
 */
public record JudgeBudget(OptionalLong requests, OptionalLong tokens) {
    public JudgeBudget {
        requests = requests == null ? OptionalLong.empty() : requests;
        tokens = tokens == null ? OptionalLong.empty() : tokens;
    }

    /** A budget with both bounds. */
    public static JudgeBudget of(long requests, long tokens) {
        return new JudgeBudget(OptionalLong.of(requests), OptionalLong.of(tokens));
    }

    /** This budget under a ceiling: of each bound the smaller. */
    public JudgeBudget under(JudgeBudget ceiling) {
        return new JudgeBudget(smaller(requests, ceiling.requests), smaller(tokens, ceiling.tokens));
    }

    private static OptionalLong smaller(OptionalLong one, OptionalLong other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isPresent() ? one : other;
        }
        return OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
    }

    /**
     * What of it is for a part of the work. The shares of parts that follow each other add up to the whole; what does not divide goes to the first.
     *
     * @param from where the part begins, of {@code whole}
     * @param to where it ends
     * @param whole all of the work, above 0
     */
    public JudgeBudget share(long from, long to, long whole) {
        return new JudgeBudget(share(requests, from, to, whole), share(tokens, from, to, whole));
    }

    private static OptionalLong share(OptionalLong bound, long from, long to, long whole) {
        return bound.isEmpty()
                ? bound
                : OptionalLong.of(upTo(bound.getAsLong(), to, whole) - upTo(bound.getAsLong(), from, whole));
    }

    /** bound * place / whole, rounded up. */
    private static long upTo(long bound, long place, long whole) {
        BigInteger divisor = BigInteger.valueOf(whole);
        return BigInteger.valueOf(bound)
                .multiply(BigInteger.valueOf(place))
                .add(divisor.subtract(BigInteger.ONE))
                .divide(divisor)
                .longValueExact();
    }
}
