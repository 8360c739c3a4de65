package io.finemesh.evaluator.answer;

import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import java.util.List;
import java.util.SortedMap;

/** Whoever answers questions. */
public interface Answerer {
    /**
     * Takes answers as they come.
     *
     * @param <E> why it may stop the work
     */
    @FunctionalInterface
    interface Pieces<E extends Exception> {
        /** Takes some answers by question; they are final. What it throws ends the work. */
        void take(SortedMap<Integer, Answer> piece) throws E, InterruptedException;
    }

    /**
     * Answers some questions of a measurement, in pieces of bounded size.
     *
     * @param questions which, ascending
     * @throws IllegalArgumentException if the model cannot be asked this
     * @throws ArithmeticException if the model gives values that are not numbers
     */
    <E extends Exception> void answer(Measurement measurement, List<Integer> questions, Pieces<E> pieces)
            throws E, InterruptedException;
}
