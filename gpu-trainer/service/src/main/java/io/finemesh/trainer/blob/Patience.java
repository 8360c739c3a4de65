package io.finemesh.trainer.blob;

import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.store.StoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * Repeats calls to the store that may succeed later, with growing pauses, for a limited time.
 *
 * @param giveUpAfter how long failures may go on
 * @param delay pause before the first repetition; doubled before each further one
 * @param longestDelay longest pause
 * @param clock measures how long
 */
public record Patience(Duration giveUpAfter, Duration delay, Duration longestDelay, Clock clock) {
    private static final Logger LOG = Logger.getLogger(Patience.class);

    /** A call that can be repeated. */
    @FunctionalInterface
    public interface Call<T> {
        /** Makes the call. */
        T make() throws StoreException, IOException;
    }

    /**
     * Makes a call until it succeeds.
     *
     * @param what it is for, for the log
     * @throws StoreException the last failure, when repeating cannot help or the time is up
     * @throws IOException what the call throws; it is not repeated
     * @throws InterruptedException if the thread is interrupted, during a call or a pause
     */
    public <T> T insist(String what, Call<T> call) throws StoreException, IOException, InterruptedException {
        Instant deadline = clock.instant().plus(giveUpAfter);
        for (Duration pause = delay; ; pause = shorter(pause.multipliedBy(2), longestDelay)) {
            try {
                return call.make();
            } catch (StoreException failed) {
                if (Thread.interrupted()) {
                    throw interruption(what, failed);
                }
                Duration left = Duration.between(clock.instant(), deadline);
                if (failed.code().disposition() == Disposition.ABORT || left.compareTo(pause) < 0) {
                    throw failed;
                }
                LOG.warnf(
                        "%s failed: %s. Trying again in %d ms, for another %d s at most",
                        what, failed.getMessage(), pause.toMillis(), left.toSeconds());
                Thread.sleep(pause);
            } catch (InterruptedIOException interrupted) {
                throw interruption(what, interrupted);
            }
        }
    }

    private static InterruptedException interruption(String what, Exception cause) {
        InterruptedException interruption = new InterruptedException(what + " was interrupted");
        interruption.initCause(cause);
        return interruption;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
