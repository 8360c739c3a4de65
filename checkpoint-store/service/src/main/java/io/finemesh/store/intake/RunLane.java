package io.finemesh.store.intake;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The results of one run that wait to be committed, in the order they came. One whose base does not exist yet steps aside, because its
 * base may be a later result; when nothing came for it in a bounded time it is given up. Not thread-safe; holds no thread and no clock.
 *
 * @param <T> a result
 */
public final class RunLane<T> {
    private final Duration patience;
    private final List<Waiting<T>> waiting = new ArrayList<>();

    private static final class Waiting<T> {
        private final T result;
        private boolean aside;
        private Optional<Instant> giveUpAt = Optional.empty();

        private Waiting(T result) {
            this.result = result;
        }
    }

    /** @param patience how long a result waits for its base */
    public RunLane(Duration patience) {
        this.patience = requireNonNull(patience, "patience is null");
    }

    /** A new result; the ones aside are looked at again. */
    public void add(T result) {
        waiting.add(new Waiting<>(result));
        lookAgain();
    }

    /** The oldest result that is not aside. */
    public Optional<T> next() {
        return waiting.stream().filter(one -> !one.aside).map(one -> one.result).findFirst();
    }

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** A result is committed or refused; the ones aside are looked at again. */
    public void done(T result) {
        waiting.removeIf(one -> one.result.equals(result));
        lookAgain();
    }

    /**
     * A result's base does not exist.
     *
     * @return what to do about it
     */
    public BaseMissing stepAside(T result, CheckpointId base, Instant now) {
        for (Waiting<T> one : waiting) {
            if (one.result.equals(result)) {
                Instant giveUpAt = one.giveUpAt.orElse(now.plus(patience));
                one.giveUpAt = Optional.of(giveUpAt);
                if (now.isBefore(giveUpAt)) {
                    one.aside = true;
                    return new BaseMissing.Wait(giveUpAt);
                }
                return new BaseMissing.GiveUp(
                        "the base " + base + " is not committed, and was not for " + patience.toSeconds() + " s");
            }
        }
        throw new IllegalArgumentException("the result is not in this lane: " + result);
    }

    /** The ones aside may be tried again. */
    public void lookAgain() {
        waiting.forEach(one -> one.aside = false);
    }

    /** What to do about a result whose base does not exist. */
    public sealed interface BaseMissing {
        /**
         * Try again when something was committed, and at the latest then.
         *
         * @param giveUpAt when to give up
         */
        record Wait(Instant giveUpAt) implements BaseMissing {}

        /**
         * Refuse it.
         *
         * @param problem why, in words
         */
        record GiveUp(String problem) implements BaseMissing {}
    }
}
