package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.mtbench.JudgeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks a judge many requests, some at once. Replies are in the order of the requests, whatever the order of answers. */
public final class JudgePanel {
    private final Judge judge;
    private final int together;

    /** @param together requests that are under way at once, 1 or more */
    public JudgePanel(Judge judge, int together) {
        this.judge = requireNonNull(judge, "judge is null");
        if (together < 1) {
            throw new IllegalArgumentException("at least one request is asked at once, not " + together);
        }
        this.together = together;
    }

    /**
     * One reply for each request.
     *
     * @throws InterruptedException when the waiting thread is to stop; requests under way are stopped
     */
    public List<JudgeReply> ask(List<JudgeRequest> requests) throws InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(
                together, Thread.ofVirtual().name("judge-", 0).factory());
        try {
            List<Future<JudgeReply>> asked = new ArrayList<>();
            for (JudgeRequest request : requests) {
                asked.add(workers.submit(() -> judge.ask(request)));
            }
            List<JudgeReply> replies = new ArrayList<>();
            for (Future<JudgeReply> reply : asked) {
                replies.add(reply.get());
            }
            return replies;
        } catch (ExecutionException broken) {
            throw new IllegalStateException(
                    "a judge says that it failed by its reply; this one threw", broken.getCause());
        } finally {
            workers.shutdownNow();
        }
    }
}
