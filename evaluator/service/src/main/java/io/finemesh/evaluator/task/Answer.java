package io.finemesh.evaluator.task;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.score.task.Response;
import java.util.List;

/** What a model gave for one question. */
public sealed interface Answer {
    /**
     * It wrote.
     *
     * @param text cut at the stops
     */
    record Written(String text) implements Answer {
        public Written {
            requireNonNull(text, "text is null");
        }
    }

    /**
     * It weighed continuations.
     *
     * @param weights one for each
     */
    record Weighed(List<Response.Weight> weights) implements Answer {
        public Weighed {
            weights = List.copyOf(weights);
        }
    }

    /**
     * How unlikely it found a conversation's answers.
     *
     * @param negativeLogLikelihood summed over the labelled tokens, nats
     * @param tokens labelled tokens; 0 when the cut-off left none
     */
    record Lost(double negativeLogLikelihood, int tokens) implements Answer {}

    /**
     * It answered turn after turn, and a judge said something to the turns.
     *
     * @param turns what it wrote
     * @param against what the one it is compared with wrote; empty where there is none
     * @param replies what the judge said
     */
    record Judged(List<String> turns, List<String> against, List<Reply> replies) implements Answer {
        public Judged {
            turns = List.copyOf(turns);
            against = List.copyOf(against);
            replies = List.copyOf(replies);
        }

        /** Answers that are compared with nobody's. */
        public Judged(List<String> turns, List<Reply> replies) {
            this(turns, List.of(), replies);
        }
    }

    /**
     * It answered turn after turn, and no judge has said anything yet.
     *
     * @param turns what it wrote
     * @param against what the one it is compared with wrote; empty where there is none, or it has not yet
     */
    record Unrated(List<String> turns, List<String> against) implements Answer {
        public Unrated {
            turns = List.copyOf(turns);
            against = List.copyOf(against);
        }

        /** Answers that are compared with nobody's so far. */
        public Unrated(List<String> turns) {
            this(turns, List.of());
        }
    }

    /**
     * What a judge said.
     *
     * @param turn to which turn, from 1
     * @param game in which order of a pair: 1 = this model's answer first, 2 = the other's; 1 where there is no pair
     * @param text its words, or the mark of a judge that could not be understood
     */
    record Reply(int turn, int game, String text) {
        public Reply {
            requireNonNull(text, "text is null");
        }

        /** To an answer that is compared with nobody's. */
        public Reply(int turn, String text) {
            this(turn, 1, text);
        }
    }

    /**
     * Not the model's answer, but what became of one of its tensors.
     *
     * @param change against the base
     */
    record Compared(TensorChange change) implements Answer {
        public Compared {
            requireNonNull(change, "change is null");
        }
    }
}
