package io.finemesh.gateway.view;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One reader's way through a run, from a position on: everything once, and what ended the run last of all. What stands there when the
 * reader comes is told in the order in which it was said, for topics are read side by side and a rebuild may read all steps before the
 * first event; what comes after is told as it arrives. The end is held back until the rest is there, or for a short time where that
 * cannot be told.
 */
public final class RunFeed {
    private final Duration grace;
    private Position position;
    private Optional<int[]> backlog = Optional.empty();
    private int next;
    private Optional<Occurrence> heldBack = Optional.empty();
    private boolean finished;

    /**
     * @param from where the reader stands
     * @param grace how long the end is held back at most, counted from when it was said
     */
    public RunFeed(Position from, Duration grace) {
        this.position = from;
        this.grace = grace;
    }

    /** Whether the reader has been told how the run ended; nothing comes after that. */
    public boolean finished() {
        return finished;
    }

    /** Where the reader stands. */
    public Position position() {
        return position;
    }

    /** What the reader has not seen yet, as far as it is there. */
    public List<FeedItem> next(RunView run, int atMost, Instant now) {
        List<FeedItem> items = new ArrayList<>();
        Arrivals arrivals = run.arrivals();
        int[] standing = backlog.orElseGet(() -> Backlog.inOrderOfTime(run));
        backlog = Optional.of(standing);
        while (next < arrivals.size() && items.size() < atMost) {
            int order = next < standing.length ? standing[next] : next;
            next++;
            if (arrivals.isStep(order)) {
                step(run, arrivals.step(order), order).ifPresent(items::add);
            } else {
                moment(run, run.moment(arrivals.moment(order))).ifPresent(items::add);
            }
        }
        if (next == arrivals.size() && items.size() < atMost && run.end().isPresent()) {
            finish(run, now).ifPresent(items::add);
        }
        return items;
    }

    private Optional<FeedItem> step(RunView run, long step, int order) {
        Optional<Long> offset = run.ledger().offsetOf(step, order);
        if (offset.isEmpty() || position.covers(Source.STEPS, offset.get())) {
            return Optional.empty();
        }
        position = position.past(Source.STEPS, offset.get());
        return run.ledger()
                .arrived(step, order, run.committedSteps())
                .map(taken -> new FeedItem.Stepped(position, taken));
    }

    private Optional<FeedItem> moment(RunView run, Occurrence occurrence) {
        if (position.covers(occurrence.source(), occurrence.offset())) {
            return Optional.empty();
        }
        if (run.end().isPresent() && run.end().get().equals(occurrence)) {
            heldBack = Optional.of(occurrence);
            return Optional.empty();
        }
        position = position.past(occurrence.source(), occurrence.offset());
        return Optional.of(new FeedItem.Told(position, occurrence));
    }

    private Optional<FeedItem> finish(RunView run, Instant now) {
        Occurrence end = run.end().orElseThrow();
        if (heldBack.isEmpty()) {
            finished = true;
            return Optional.empty();
        }
        if (!run.settled() && now.isBefore(end.time().plus(grace))) {
            return Optional.empty();
        }
        finished = true;
        heldBack = Optional.empty();
        position = position.past(end.source(), end.offset());
        return Optional.of(new FeedItem.Told(position, end));
    }
}
