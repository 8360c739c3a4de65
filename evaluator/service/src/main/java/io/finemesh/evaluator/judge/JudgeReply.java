package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.mtbench.Rating;

/** What came of asking a judge. */
public sealed interface JudgeReply {
    /** The reply as judgment files hold it: what was said, or the mark of a judge that failed. */
    String text();

    /**
     * It answered.
     *
     * @param text what it said
     */
    record Said(String text) implements JudgeReply {
        public Said {
            requireNonNull(text, "text is null");
        }
    }

    /**
     * It did not.
     *
     * @param cause why, for code
     * @param attempts how often it was asked
     * @param message what was found and what to do, for people; holds no key
     */
    record Failed(Cause cause, int attempts, String message) implements JudgeReply {
        public Failed {
            requireNonNull(cause, "cause is null");
            requireNonNull(message, "message is null");
        }

        @Override
        public String text() {
            return Rating.FAILED_REPLY;
        }
    }

    /** Why a judge did not answer. The names may be relied on. */
    enum Cause {
        /** It wants another key: 401 or 403. It is not asked again. */
        UNAUTHORIZED,
        /** It wants fewer requests, still after the last attempt: 429. */
        RATE_LIMITED,
        /** It failed, still at the last attempt: 408 or 5xx. */
        SERVER_FAILED,
        /** It did not answer in time, or could not be reached. */
        NO_ANSWER,
        /** It takes requests, and not this one: 400, 413 or 422, or more tokens than a checkpoint sees. Asking again gives the same. */
        UNFIT,
        /** It answered what is no chat completion with a text. */
        UNREADABLE,
        /** It takes no request, as far as can be told: another 4xx, or a redirection. */
        REFUSED,
        /** The budget of requests or tokens is spent. */
        OVER_BUDGET,
        /** A replay that has no such judgment, or one about another text. */
        NOT_RECORDED
    }
}
