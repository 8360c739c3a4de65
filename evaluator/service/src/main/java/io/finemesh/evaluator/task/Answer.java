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
     * @param replies what the judge said
     */
    record Judged(List<String> turns, List<Reply> replies) implements Answer {
        public Judged {
            turns = List.copyOf(turns);
            replies = List.copyOf(replies);
        }
    }

    /**
     * It answered turn after turn, and no judge has said anything yet.
     *
     * @param turns what it wrote
     */
    record Unrated(List<String> turns) implements Answer {
        public Unrated {
            turns = List.copyOf(turns);
        }
    }

    /**
     * What a judge said.
     *
     * @param turn to which turn, from 1
     * @param text its words, or the mark of a judge that could not be understood
     */
    record Reply(int turn, String text) {
        public Reply {
            requireNonNull(text, "text is null");
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
