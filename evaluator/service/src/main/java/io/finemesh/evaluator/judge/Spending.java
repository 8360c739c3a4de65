package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import io.finemesh.evaluator.server.ModelServer;
import java.util.Optional;

/** What a judge has cost, attempts counted each, and whether it may cost more. Kept before it is spent, so that who goes on later knows of it. */
public final class Spending implements ModelServer.Budget {
    private final JudgeLimits limits;
    private final Ledger ledger;
    private long requests;
    private long tokens;

    /** Where spending is kept. */
    public interface Ledger {
        /** Nobody goes on later. */
        Ledger NONE = new Ledger() {
            @Override
            public void sending(long requests, long tokens) {
                // Nothing is kept.
            }

            @Override
            public void answered(long tokens) {
                // Nothing is kept.
            }
        };

        /**
         * Keeps that a request is about to be sent; returns when it is kept.
         *
         * @param requests with this one
         * @param tokens used before it
         * @throws InterruptedException when the waiting thread is to stop
         */
        void sending(long requests, long tokens) throws InterruptedException;

        /** Keeps what one of the requests that were sent has used. */
        void answered(long tokens);
    }

    /** Nothing spent so far, and nothing kept. */
    public Spending(JudgeLimits limits) {
        this(limits, 0, 0, Ledger.NONE);
    }

    /**
     * @param requests that were sent before
     * @param tokens that were used before
     */
    public Spending(JudgeLimits limits, long requests, long tokens, Ledger ledger) {
        this.limits = requireNonNull(limits, "limits is null");
        this.requests = requests;
        this.tokens = tokens;
        this.ledger = requireNonNull(ledger, "ledger is null");
    }

    @Override
    public synchronized Optional<String> barred() throws InterruptedException {
        if (tokens >= limits.tokens()) {
            return Optional.of("the budget of " + limits.tokens() + " tokens is spent");
        }
        if (requests >= limits.requests()) {
            return Optional.of("the budget of " + limits.requests() + " requests is spent");
        }
        requests++;
        ledger.sending(requests, tokens);
        return Optional.empty();
    }

    @Override
    public synchronized void used(long more) {
        tokens += more;
        ledger.answered(more);
    }

    /** Requests sent so far, attempts counted each. */
    public synchronized long requests() {
        return requests;
    }

    /** Tokens used so far, as the server counts them. */
    public synchronized long tokens() {
        return tokens;
    }
}
