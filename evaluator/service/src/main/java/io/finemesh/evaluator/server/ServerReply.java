package io.finemesh.evaluator.server;

import static java.util.Objects.requireNonNull;

/** What came of asking a server. */
public sealed interface ServerReply {
    /**
     * It answered.
     *
     * @param text what it said
     */
    record Said(String text) implements ServerReply {
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
    record Failed(Cause cause, int attempts, String message) implements ServerReply {
        public Failed {
            requireNonNull(cause, "cause is null");
            requireNonNull(message, "message is null");
        }
    }

    /** Why a server did not answer. */
    enum Cause {
        /** It wants another key: 401 or 403. It is not asked again. */
        UNAUTHORIZED,
        /** It wants fewer requests, still after the last attempt: 429. */
        RATE_LIMITED,
        /** It failed, still at the last attempt: 408 or 5xx. */
        SERVER_FAILED,
        /** It did not answer in time, or could not be reached. */
        NO_ANSWER,
        /** It has no model of that name, whatever the status it says so with. */
        NO_MODEL,
        /** It takes requests, and not this one: 400, 413 or 422. Asking again gives the same. */
        UNFIT,
        /** It answered what is no completion with a text. */
        UNREADABLE,
        /** It takes no request, as far as can be told: another 4xx, or a redirection. */
        REFUSED,
        /** Who asks may not ask any more. */
        BARRED
    }
}
