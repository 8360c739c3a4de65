package io.finemesh.score.task;

import java.util.List;

/** What a model gave for a {@link Request}. */
public sealed interface Response {
    /**
     * Texts that were written, cut at the stops.
     *
     * @param repeats one for each repeat
     */
    record Generated(List<String> repeats) implements Response {
        public Generated {
            repeats = List.copyOf(repeats);
            if (repeats.isEmpty()) {
                throw new TaskException(TaskException.Reason.WRONG_RESPONSE, "a generation without any text");
            }
        }

        /** One text. */
        public static Generated of(String text) {
            return new Generated(List.of(text));
        }
    }

    /**
     * Log-likelihoods.
     *
     * @param continuations one for each continuation of the request
     */
    record Weighed(List<Weight> continuations) implements Response {
        public Weighed {
            continuations = List.copyOf(continuations);
        }
    }

    /**
     * The weight of one continuation.
     *
     * @param logLikelihood sum over its tokens, nats
     * @param greedy whether each of its tokens is the likeliest one
     */
    record Weight(double logLikelihood, boolean greedy) {}
}
