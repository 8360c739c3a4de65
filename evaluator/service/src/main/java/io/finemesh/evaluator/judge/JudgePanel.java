package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.mtbench.JudgeRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/** Asks a judge many requests, some at once. Replies are in the order of the requests, whatever the order of answers. */
public final class JudgePanel {
    private final Judge judge;
    private final int together;

    private record Placed(int place, JudgeReply reply) {}

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
        return askUntil(requests, _ -> false).stream()
                .map(Optional::orElseThrow)
                .toList();
    }

    /**
     * Asks until a reply makes the others useless. Requests that are under way then are stopped. One at a time they are asked on the calling thread, where
     * a judge that computes itself has to be.
     *
     * @param ends whether nothing more is to be asked after a reply
     * @return for each request its reply; empty for those that had none when the end came
     * @throws InterruptedException when the waiting thread is to stop; requests under way are stopped
     */
    public List<Optional<JudgeReply>> askUntil(List<JudgeRequest> requests, Predicate<JudgeReply> ends)
            throws InterruptedException {
        List<Optional<JudgeReply>> replies = new ArrayList<>(Collections.nCopies(requests.size(), Optional.empty()));
        boolean ended = false;
        if (together == 1) {
            for (int place = 0; place < requests.size() && !ended; place++) {
                JudgeReply reply = judge.ask(requests.get(place));
                replies.set(place, Optional.of(reply));
                ended = ends.test(reply);
            }
            return replies;
        }
        ExecutorService workers = Executors.newFixedThreadPool(
                together, Thread.ofVirtual().name("judge-", 0).factory());
        try {
            CompletionService<Placed> asked = new ExecutorCompletionService<>(workers);
            for (int place = 0; place < requests.size(); place++) {
                int own = place;
                Future<Placed> _ = asked.submit(() -> new Placed(own, judge.ask(requests.get(own))));
            }
            for (int count = 0; count < requests.size() && !ended; count++) {
                Placed next = asked.take().get();
                replies.set(next.place(), Optional.of(next.reply()));
                ended = ends.test(next.reply());
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
