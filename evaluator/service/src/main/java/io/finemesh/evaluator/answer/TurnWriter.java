package io.finemesh.evaluator.answer;

import io.finemesh.score.mtbench.Question;
import java.util.List;
import java.util.SortedMap;

/** Whoever answers open questions, all their turns: a later turn sees what was said to the earlier ones. */
public interface TurnWriter {
    /** Questions that are answered together. */
    int together();

    /**
     * Takes answers as they come.
     *
     * @param <E> why it may stop the work
     */
    @FunctionalInterface
    interface Written<E extends Exception> {
        /** Takes every turn of some questions, by place; they are final. What it throws ends the work. */
        void take(SortedMap<Integer, List<String>> turns) throws E, InterruptedException;
    }

    /**
     * Answers questions at the temperature of their category. What is written is handed on, also where another question cannot be answered.
     *
     * @param questions by place
     * @param longest most new tokens of a turn
     * @throws io.finemesh.evaluator.task.TaskRefusedException if one cannot be answered
     */
    <E extends Exception> void write(SortedMap<Integer, Question> questions, int longest, Written<E> written)
            throws E, InterruptedException;
}
