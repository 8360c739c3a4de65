package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.CacheSettings;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.RangeFailed;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.fixture.TinyCheckpoint;
import io.finemesh.evaluator.fixture.TinyEvaluation;
import io.finemesh.evaluator.health.DeskOpen;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationDeskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final List<EvaluationEvent> said = new CopyOnWriteArrayList<>();
    private final AtomicInteger brokerFailures = new AtomicInteger();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<EvaluationDesk> desks = new ArrayList<>();

    private CheckpointId checkpoint;
    private BlobReference rows;

    @BeforeAll
    static void startBackend() {
        Backend.start(1);
    }

    @BeforeEach
    void commit() throws IOException {
        checkpoint = store.addCheckpoint();
        rows = store.add(TinyCheckpoint.sums(10));
    }

    @AfterEach
    void closeDesks() {
        desks.forEach(EvaluationDesk::close);
        desks.forEach(desk -> await().until(desk::isClosed));
    }

    @Test
    void theResultNamesTheWeightsThatWereScored() throws Exception {
        answered(desk(), command("run-1:1"));

        assertThat(said).hasSize(4);
        assertThat(said.getFirst()).isInstanceOf(EvaluationStarted.class);
        EvaluationCompleted result = (EvaluationCompleted) said.getLast();
        assertThat(result.checkpoint()).isEqualTo(checkpoint);
        assertThat(result.weightsDigest()).isEqualTo(store.committed(checkpoint).weightsDigest());
        assertThat(result.afterSteps()).isEqualTo(30);
        assertThat(result.scores()).extracting(TaskScore::metric).containsExactly("loss", "perplexity", "exact_match");
        assertThat(result.scores()).allMatch(score -> score.samples() == 10 && !score.limited());
        // 47 words and weights near zero: close to an even guess, whatever the seed.
        assertThat(result.scores().getFirst().value()).isBetween(Math.log(47) - 0.5, Math.log(47) + 0.5);
    }

    @Test
    void aCommandThatComesAgainIsAnsweredAndNotComputedAgain() throws Exception {
        EvaluationDesk desk = desk();
        answered(desk, command("run-1:1"));
        EvaluationEvent first = said.getLast();
        int calls = store.calls();

        answered(desk, command("run-1:1"));

        assertThat(said.getLast()).isEqualTo(first);
        assertThat(said).hasSize(5);
        assertThat(store.calls()).isEqualTo(calls);
    }

    @Test
    void aCrashBeforeTheResultIsSaidBringsItFromTheShelfInTheNextLife() throws Exception {
        CountDownLatch brokerIsAsked = new CountDownLatch(1);
        EvaluationDesk first = desk(event -> {
            if (event instanceof EvaluationCompleted) {
                brokerIsAsked.countDown();
                throw new IllegalStateException("broker away");
            }
        });
        CompletableFuture<Void> lost = accept(first, command("run-1:1"));
        brokerIsAsked.await();
        first.close();
        int calls = store.calls();

        answered(desk(), command("run-1:1"));

        assertThat(said).last().isInstanceOf(EvaluationCompleted.class);
        assertThat(store.calls()).isEqualTo(calls);
        assertThat(lost).as("the first delivery stays unacknowledged").isNotDone();
    }

    @Test
    void aBrokerThatIsAwayForAWhileGetsTheResultLater() throws Exception {
        brokerFailures.set(5);

        answered(desk(), command("run-1:1"));

        assertThat(said).last().isInstanceOf(EvaluationCompleted.class);
        assertThat(brokerFailures).hasValue(0);
    }

    @Test
    void aStoreThatIsAwayForAWhileIsAskedAgain() throws Exception {
        store.fail(7);

        answered(desk(), command("run-1:1"));

        assertThat(said).last().isInstanceOf(EvaluationCompleted.class);
    }

    @ParameterizedTest
    @CsvSource({
        "503, STORE_UNREACHABLE, RETRY",
        "507, STORAGE_FULL, PARK",
        "400, INVALID_SPECIFICATION, ABORT",
    })
    void aStoreThatGoesOnFailingEndsTheEvaluationByItsDisposition(int status, FailureCode code, Disposition disposition)
            throws Exception {
        store.answer(status);

        EvaluationFailed failed = failed(command("run-1:1"));

        assertThat(failed.failure().code()).isEqualTo(code);
        assertThat(failed.failure().code().disposition()).isEqualTo(disposition);
        assertThat(failed.failure().message()).contains("HTTP " + status);
    }

    @Test
    void aDatasetThatIsNotInTheStoreIsNamed() throws Exception {
        BlobReference missing = new BlobReference("ab".repeat(32), 17);

        EvaluationFailed failed = failed(TinyEvaluation.of("run-1:1", checkpoint, missing, TinyEvaluation.BOTH));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.DATASET_NOT_USABLE);
        assertThat(failed.failure().message()).contains("sums@1").contains("not in the checkpoint store");
    }

    @Test
    void aCheckpointThatDoesNotExistIsNamed() throws Exception {
        CheckpointId unknown = new CheckpointId("ck-" + "0".repeat(32));

        EvaluationFailed failed = failed(TinyEvaluation.of("run-1:1", unknown, rows, TinyEvaluation.BOTH));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.MODEL_NOT_USABLE);
        assertThat(failed.failure().message()).contains(unknown.value());
    }

    @Test
    void weightsThatArriveDamagedAreNotScored() throws Exception {
        store.corrupt(store.committed(checkpoint).weightBlobs().getLast().digest());

        EvaluationFailed failed = failed(command("run-1:1"));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.BLOB_CORRUPT);
    }

    @Test
    void aFailureIsNotKeptSoThatAskingAgainMayHelp() throws Exception {
        EvaluationDesk desk = desk();
        store.fail(Integer.MAX_VALUE);
        answered(desk, command("run-1:1"));
        assertThat(said).last().isInstanceOf(EvaluationFailed.class);
        store.fail(0);

        answered(desk, command("run-1:1"));

        assertThat(said).last().isInstanceOf(EvaluationCompleted.class);
    }

    @Test
    void whatACancelledRunAskedForIsNotComputed() throws Exception {
        EvaluationDesk desk = desk();
        desk.withdraw(TinyEvaluation.RUN);

        answered(desk, command("run-1:1"));

        EvaluationFailed failed = (EvaluationFailed) said.getLast();
        assertThat(failed.failure().code()).isEqualTo(FailureCode.EVALUATION_WITHDRAWN);
        assertThat(failed.failure().code().disposition()).isEqualTo(Disposition.ABORT);
        assertThat(said).as("no start").hasSize(1);
        assertThat(store.calls()).isZero();
    }

    @Test
    void aRunThatIsCancelledMeanwhileStopsBetweenTwoPieces() throws Exception {
        AtomicReference<EvaluationDesk> desk = new AtomicReference<>();
        desk.set(desk(event -> {
            if (event instanceof EvaluationStarted) {
                desk.get().withdraw(TinyEvaluation.RUN);
                desk.get().withdraw(new RunId("run-another"));
            }
        }));

        answered(desk.get(), command("run-1:1"));

        assertThat(((EvaluationFailed) said.getLast()).failure().code()).isEqualTo(FailureCode.EVALUATION_WITHDRAWN);
    }

    @Test
    void commandsWaitWhileWhatComputesIsLoaded() throws Exception {
        CountDownLatch loaded = new CountDownLatch(1);
        EvaluationDesk desk = desk();
        desk.open(() -> {
            try {
                loaded.await();
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        });
        CompletableFuture<Void> waiting = accept(desk, command("run-1:1"));
        HealthCheck readiness = new DeskOpen(desk);
        assertThat(readiness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(waiting).isNotDone();

        loaded.countDown();
        waiting.get();

        assertThat(readiness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(said).last().isInstanceOf(EvaluationCompleted.class);
    }

    @Test
    void aDeskThatCannotComputeIsNotReadyAndAnswersEveryCommandAllTheSame() throws Exception {
        EvaluationDesk desk = desk();
        desk.open(() -> {
            throw new UnsatisfiedLinkError("no jnitorch in java.library.path");
        });

        answered(desk, command("run-1:1"));
        answered(desk, command("run-1:2"));

        assertThat(said).hasSize(2).allSatisfy(event -> {
            EvaluationFailed failed = (EvaluationFailed) event;
            assertThat(failed.failure().code()).isEqualTo(FailureCode.INTERNAL);
            assertThat(failed.failure().message()).contains("evaluator-0", "no jnitorch in java.library.path");
        });
        HealthCheckResponse readiness = new DeskOpen(desk).call();
        assertThat(readiness.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(readiness.getData().orElseThrow().get("reason").toString()).contains("no jnitorch");
    }

    @Test
    void anErrorInTheMiddleIsTheEndOfOneEvaluationAndNotOfTheDesk() throws Exception {
        AtomicInteger errors = new AtomicInteger(1);
        EvaluationDesk desk = desk(event -> {
            if (event instanceof EvaluationStarted && errors.getAndDecrement() > 0) {
                throw new NoClassDefFoundError("a class that is gone");
            }
        });

        answered(desk, command("run-1:1"));
        assertThat(((EvaluationFailed) said.getLast()).failure().message()).contains("a class that is gone");
        answered(desk, command("run-1:2"));

        assertThat(said).last().isInstanceOf(EvaluationCompleted.class);
    }

    @Test
    void aDeskThatIsClosedLeavesWhatWaitsUnanswered() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        EvaluationDesk desk = desk(event -> {
            begun.countDown();
            never.await();
        });
        CompletableFuture<Void> running = accept(desk, command("run-1:1"));
        CompletableFuture<Void> waiting = accept(desk, command("run-1:2"));
        begun.await();

        desk.close();
        CompletableFuture<Void> late = accept(desk, command("run-1:3"));

        await().until(desk::isClosed);
        assertThat(List.of(running, waiting, late)).noneMatch(CompletableFuture::isDone);
        assertThat(said).isEmpty();
    }

    private EvaluateCheckpoint command(String evaluation) {
        return TinyEvaluation.of(evaluation, checkpoint, rows, TinyEvaluation.BOTH);
    }

    private EvaluationFailed failed(EvaluateCheckpoint command) throws Exception {
        answered(desk(), command);
        return (EvaluationFailed) said.getLast();
    }

    private static void answered(EvaluationDesk desk, EvaluateCheckpoint command) throws Exception {
        accept(desk, command).get();
    }

    private static CompletableFuture<Void> accept(EvaluationDesk desk, EvaluateCheckpoint command) {
        return desk.accept(TinyEvaluation.sent(command), EvaluationJob.of(command))
                .toCompletableFuture();
    }

    /** What happens before an event counts as said. */
    private interface Broker {
        void take(EvaluationEvent event) throws InterruptedException;
    }

    private EvaluationDesk desk() throws IOException {
        return desk(event -> {
            if (brokerFailures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("broker away");
            }
        });
    }

    private EvaluationDesk desk(Broker broker) throws IOException {
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return now.get();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        BlobCache cache =
                BlobCache.open(new CacheSettings(directory.resolve("blobs"), 1 << 26, 1, Duration.ZERO, false), clock);
        AtomicReference<EvaluationDesk> itself = new AtomicReference<>();
        EvaluationDesk desk = new EvaluationDesk(
                "evaluator-0",
                new CheckpointFetcher(store, cache, PATIENCE, clock, this::rest),
                directory,
                new EvaluationSpans(OpenTelemetry.noop().getTracer("test")),
                clock,
                this::rest,
                new EvaluationDesk.Limits(4, 64, 64),
                new LoopbackVoice(
                        event -> {
                            try {
                                broker.take(event);
                            } catch (InterruptedException stopped) {
                                Thread.currentThread().interrupt();
                                throw new IllegalStateException("interrupted", stopped);
                            }
                            // The end of a range may be said after the evaluation's own.
                            if (!(event instanceof RangeFailed)) {
                                said.add(event);
                            }
                        },
                        () -> List.of(itself.get())),
                LoopbackVoice.NO_REMOTE);
        itself.set(desk);
        desks.add(desk);
        return desk;
    }

    /** Time passes only here. */
    private void rest(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        now.updateAndGet(instant -> instant.plus(time));
    }
}
