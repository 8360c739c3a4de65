package io.finemesh.trainer.upload;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.store.StageTicket;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.trainer.blob.BlobStore;
import io.finemesh.trainer.blob.Patience;
import io.finemesh.trainer.event.SegmentReporter;
import io.finemesh.trainer.failure.SegmentFailures;
import io.finemesh.trainer.metric.TrainerMetrics;
import io.finemesh.trainer.result.TrainedSegment;
import io.finemesh.trainer.trace.TrainerTracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Uploads results, one after the other in the order they were made, because a checkpoint is committed after its parent.
 *
 * <ol>
 *   <li>The store is asked which blobs it lacks.
 *   <li>Each is put where the store says; any failure begins again at 1, where blobs that have arrived are no longer asked for.
 *   <li>The end of the segment is said. Nothing said before means nothing committed.
 * </ol>
 *
 * If the store stays away for too long the segment fails, and with it everything built on its result.
 */
public final class Uploader {
    private static final Logger LOG = Logger.getLogger(Uploader.class);

    private final BlobStore store;
    private final Patience patience;
    private final TrainerTracing tracing;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private final LostResults lostResults;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("finemesh-upload").daemon().factory());
    private final List<Upload> waiting = new ArrayList<>();

    public Uploader(
            BlobStore store,
            Patience patience,
            TrainerTracing tracing,
            TrainerMetrics metrics,
            Clock clock,
            LostResults lostResults) {
        this.store = store;
        this.patience = patience;
        this.tracing = tracing;
        this.metrics = metrics;
        this.clock = clock;
        this.lostResults = lostResults;
    }

    /** A result on its way, or about to be. */
    public static final class Upload {
        private final TrainSegment command;
        private final RunId run;
        private final long epoch;
        private final TrainedSegment result;
        private final SegmentReporter reporter;
        private final SpanContext trace;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private Future<?> task;

        Upload(TrainSegment command, TrainedSegment result, SegmentReporter reporter, SpanContext trace) {
            this.command = command;
            this.run = command.work().runId();
            this.epoch = command.epoch();
            this.result = result;
            this.reporter = reporter;
            this.trace = trace;
        }

        @Override
        public String toString() {
            return "upload of " + result.checkpoint() + " of run " + run;
        }
    }

    /**
     * Takes a result before its segment ends: from here on it falls with its base and is dropped with its run, and it counts as on its way. It is
     * uploaded when {@link #begin} is called.
     *
     * @param command that granted its segment
     * @param result its files are let go of when it is uploaded or given up
     * @param reporter says how it ends
     * @param trace of the segment
     */
    public Upload register(TrainSegment command, TrainedSegment result, SegmentReporter reporter, SpanContext trace) {
        Upload upload = new Upload(command, result, reporter, trace);
        synchronized (waiting) {
            waiting.add(upload);
        }
        return upload;
    }

    /** Uploads a result unless it was given up since it was registered; returns at once. */
    public void begin(Upload upload) {
        synchronized (waiting) {
            if (waiting.contains(upload)) {
                upload.task = thread.submit(() -> execute(upload));
            }
        }
    }

    /** Whether a result was not given up, nor is uploaded. */
    public boolean isWanted(Upload upload) {
        synchronized (waiting) {
            return waiting.contains(upload);
        }
    }

    /** Lets go of a result whose segment did not end well after all. */
    public void withdraw(Upload upload) {
        cancel(upload);
    }

    /** The command behind the newest result on its way. */
    public Optional<TrainSegment> newest() {
        synchronized (waiting) {
            return waiting.isEmpty() ? Optional.empty() : Optional.of(waiting.getLast().command);
        }
    }

    /** Completes when at most so many results are on their way. */
    public CompletableFuture<Void> atMost(int results) {
        synchronized (waiting) {
            int excess = waiting.size() - results;
            return CompletableFuture.allOf(waiting.stream()
                    .limit(Math.max(0, excess))
                    .map(upload -> upload.done)
                    .toArray(CompletableFuture[]::new));
        }
    }

    /** Gives up results of a run up to an epoch: nobody wants them. */
    public void drop(RunId run, long upToEpoch) {
        for (Upload upload : waiting()) {
            if (upload.run.equals(run) && upload.epoch <= upToEpoch) {
                LOG.infof("%s is dropped: its segment was stopped", upload);
                cancel(upload);
            }
        }
    }

    /**
     * Waits for the results on their way, but not longer than this; gives the leases of the others back.
     *
     * @return whether all are uploaded
     */
    public boolean drain(Duration limit) throws InterruptedException {
        boolean all = true;
        try {
            atMost(0).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException late) {
            all = false;
            LOG.warnf(
                    "%d results are not uploaded after %d s; their segments are given back",
                    waiting().size(), limit.toSeconds());
            Failure failure = new Failure(
                    FailureCode.TRAINER_LEFT,
                    "the trainer left before its result was uploaded; the segment is to be trained again");
            for (Upload upload : waiting()) {
                cancel(upload);
                report(upload, failure);
            }
        } catch (ExecutionException cannotHappen) {
            // Cannot happen because an upload's end is always a plain completion.
            throw new IllegalStateException(cannotHappen);
        }
        thread.shutdownNow();
        return all;
    }

    private List<Upload> waiting() {
        synchronized (waiting) {
            return List.copyOf(waiting);
        }
    }

    private void cancel(Upload upload) {
        synchronized (waiting) {
            if (waiting.contains(upload)) {
                if (upload.task != null) {
                    upload.task.cancel(true);
                }
                finish(upload);
            }
        }
    }

    private void finish(Upload upload) {
        synchronized (waiting) {
            waiting.remove(upload);
        }
        upload.result.pins().close();
        upload.done.complete(null);
    }

    private void execute(Upload upload) {
        Span span = tracing.upload(upload.trace, upload.result);
        Instant start = clock.instant();
        try {
            patience.insist(upload.toString(), () -> {
                transfer(upload);
                return upload;
            });
            upload.reporter
                    .ended(
                            upload.result.checkpoint(),
                            upload.result.lastStep(),
                            upload.result.weightBlobs(),
                            upload.result.cursorJson(),
                            upload.result.stateBlobs(),
                            upload.result.ledger())
                    .get();
            metrics.upload(Duration.between(start, clock.instant()), upload.result.sizeBytes());
            finish(upload);
        } catch (InterruptedException dropped) {
            span.setStatus(StatusCode.ERROR, "dropped");
        } catch (StoreException | IOException | ExecutionException | RuntimeException failed) {
            span.setStatus(StatusCode.ERROR, failed.getMessage());
            Failure failure = SegmentFailures.of(failed);
            LOG.errorf(failed, "%s failed with %s", upload, failure.code());
            giveUp(upload, failure);
        } finally {
            tracing.end(span);
        }
    }

    private void transfer(Upload upload) throws StoreException {
        List<StageTicket> tickets = store.stage(
                upload.result.blobs().stream().map(SegmentReporter::onTheWire).toList());
        for (StageTicket ticket : tickets) {
            if (ticket.uploadUrl().isPresent()) {
                store.upload(
                        ticket, upload.result.files().get(ticket.blob().digest().value()));
            }
        }
    }

    /**
     * Everything built on the result fails too: results waiting behind it here, segments by way of who hears of it. A segment that ends between the
     * two is a result by then, so results are looked through again after segments were.
     */
    private void giveUp(Upload failed, Failure failure) {
        report(failed, failure);
        finish(failed);
        Fall fall = fall(Set.of(failed.result.checkpoint()));
        do {
            if (!fall.lost.isEmpty()) {
                lostResults.lost(fall.lost, failure);
            }
            for (Upload upload : fall.uploads) {
                report(upload, failure);
                cancel(upload);
            }
            fall = fall(fall.lost);
        } while (!fall.uploads.isEmpty());
    }

    /**
     * What goes down with lost results.
     *
     * @param uploads that build on them
     * @param lost results that no upload brings any more
     */
    private record Fall(List<Upload> uploads, Set<CheckpointId> lost) {}

    /** A segment that was trained again has its result here twice; what comes after the second upload of a result stands on that one. */
    private Fall fall(Set<CheckpointId> without) {
        Set<CheckpointId> lost = new LinkedHashSet<>(without);
        Set<CheckpointId> coming = new HashSet<>();
        List<Upload> fallen = new ArrayList<>();
        for (Upload upload : waiting()) {
            if (lost.contains(upload.result.base()) && !coming.contains(upload.result.base())) {
                lost.add(upload.result.checkpoint());
                fallen.add(upload);
            } else {
                coming.add(upload.result.checkpoint());
            }
        }
        lost.removeAll(coming);
        return new Fall(fallen, Set.copyOf(lost));
    }

    private void report(Upload upload, Failure failure) {
        metrics.failure(failure.code().name());
        upload.reporter.failed(failure);
    }
}
