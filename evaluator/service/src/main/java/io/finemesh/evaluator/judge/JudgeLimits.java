package io.finemesh.evaluator.judge;

/**
 * What asking a judge may cost.
 *
 * @param requests requests that may be sent in all, attempts counted each
 * @param tokens tokens that may be used in all, as the server counts them; the request that passes the bound is still answered
 */
public record JudgeLimits(long requests, long tokens) {
    /** No bound. */
    public static final JudgeLimits NONE = new JudgeLimits(Long.MAX_VALUE, Long.MAX_VALUE);
}
