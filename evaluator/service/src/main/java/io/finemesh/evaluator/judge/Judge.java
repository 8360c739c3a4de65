package io.finemesh.evaluator.judge;

import io.finemesh.score.mtbench.JudgeRequest;

/** Whoever rates answers. Implementations may be asked by several threads at once. */
public interface Judge {
    /** Who it is, as judgments name it. */
    String name();

    /**
     * Asks.
     *
     * @return what it says, or why it says nothing
     * @throws InterruptedException when the waiting thread is to stop
     */
    JudgeReply ask(JudgeRequest request) throws InterruptedException;
}
