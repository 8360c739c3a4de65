package io.finemesh.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.SubmissionBuilder;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.lease.LeaseTerms;
import io.finemesh.scheduler.lifecycle.Decision;
import io.finemesh.scheduler.lifecycle.RetryPolicy;
import io.finemesh.scheduler.lifecycle.RunLifecycle;
import io.finemesh.scheduler.lifecycle.RunState;
import io.finemesh.scheduler.placement.Placement;
import io.finemesh.scheduler.placement.PlacementBoard;
import io.finemesh.scheduler.placement.PlacementDecision;
import io.finemesh.scheduler.placement.PlacementTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Scheduler, trainers, store and evaluator in one thread. A seeded generator decides who does the next thing, which record is said twice and who dies;
 * each topic is in order, topics among each other are not.
 */
final class SimulatedMesh {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String[] RUN_TOPICS = {
        Topics.RUN_COMMANDS.name(),
        Topics.TRAINING_EVENTS.name(),
        Topics.CHECKPOINTS.name(),
        Topics.EVALUATION_EVENTS.name(),
        Topics.PLACEMENT_EVENTS.name()
    };

    private final SplittableRandom random;
    private final RunLifecycle lifecycle = new RunLifecycle(new RetryPolicy(
            3, 10, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(15), Duration.ofHours(6)));
    private final Placement placement = new Placement(
            new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(10), 3),
            new PlacementTerms(Duration.ofSeconds(1), Duration.ofSeconds(5)));
    private final Map<String, TopicLog> topics = new LinkedHashMap<>();
    private final List<TopicLog.Reader> lifecycleReaders = new ArrayList<>();
    private final TopicLog.Reader requests;
    private final TopicLog.Reader heartbeats;
    private final TopicLog.Reader commands;
    private final TopicLog.Reader uploads;
    private final TopicLog.Reader evaluations;
    private final List<SimulatedTrainer> trainers = new ArrayList<>();
    private final Map<SimulatedTrainer, Instant> silentUntil = new HashMap<>();
    private final Map<RunId, RunState> runs = new LinkedHashMap<>();
    private final Map<CheckpointId, SegmentEnded> manifests = new HashMap<>();
    private final Ledger ledger = new Ledger();
    private PlacementBoard board = PlacementBoard.EMPTY;
    private Instant now = START;
    private int said;
    private final int uploadEvery;
    private int deathsLeft;
    private int failuresLeft;

    SimulatedMesh(SplittableRandom random, int trainerCount, List<SubmitRun> submissions) {
        this.random = random;
        this.deathsLeft = random.nextInt(8);
        this.failuresLeft = random.nextInt(4);
        this.uploadEvery = 1 + 20 * random.nextInt(3);
        for (String topic : RUN_TOPICS) {
            lifecycleReaders.add(topic(topic).reader());
        }
        requests = topic(Topics.PLACEMENT_REQUESTS.name()).reader();
        heartbeats = topic(Topics.TRAINERS.name()).reader();
        commands = topic(Topics.TRAINING_COMMANDS.name()).reader();
        uploads = topic(Topics.TRAINING_EVENTS.name()).reader();
        evaluations = topic(Topics.EVALUATION_COMMANDS.name()).reader();
        for (int index = 0; index < trainerCount; index++) {
            trainers.add(new SimulatedTrainer(
                    "trainer-" + index,
                    event -> say(Topics.TRAINING_EVENTS.name(), event.runId().value(), event),
                    checkpoint -> checkpoint.equals(SubmissionBuilder.BASE) || manifests.containsKey(checkpoint)));
        }
        for (SubmitRun submission : submissions) {
            runs.put(submission.runId(), new RunState.Absent());
            say(Topics.RUN_COMMANDS.name(), submission.runId().value(), submission);
        }
    }

    Map<RunId, RunState> runs() {
        return runs;
    }

    Map<CheckpointId, SegmentEnded> manifests() {
        return manifests;
    }

    Ledger ledger() {
        return ledger;
    }

    PlacementBoard board() {
        return board;
    }

    boolean isOver() {
        return runs.values().stream().allMatch(RunState.Ended.class::isInstance);
    }

    /** Lets what was said be heard until placement has nothing left, or for so long that it never will. */
    void settle() {
        for (int round = 0;
                round < 2_000 && !(board.leases().isEmpty() && board.waiting().isEmpty());
                round++) {
            step();
        }
    }

    /** One thing happens. */
    void step() {
        List<Runnable> possible = new ArrayList<>();
        for (TopicLog.Reader reader : lifecycleReaders) {
            addIf(possible, reader.hasNext(), () -> lifecycleReads(reader.next()));
        }
        addIf(possible, requests.hasNext(), () -> placementReads(requests.next()));
        addIf(possible, heartbeats.hasNext(), () -> placementReads(heartbeats.next()));
        addIf(possible, commands.hasNext(), () -> trainerReads(commands.next()));
        addIf(possible, uploads.hasNext(), () -> storeReads(uploads.next().body()));
        addIf(
                possible,
                evaluations.hasNext(),
                () -> evaluatorReads(evaluations.next().body()));
        for (SimulatedTrainer trainer : trainers) {
            addIf(possible, trainer.canCompute(), () -> trainer.compute(spendFailure(20)));
            addIf(
                    possible,
                    trainer.canUpload() && random.nextInt(uploadEvery) == 0,
                    () -> trainer.upload(spendDeath(20)));
            addIf(possible, random.nextInt(40) == 0 && spendDeath(2), trainer::crash);
            addIf(
                    possible,
                    random.nextInt(60) == 0 && spendDeath(2),
                    () -> silentUntil.put(trainer, now.plusSeconds(15)));
        }
        if (possible.isEmpty() || random.nextInt(12) == 0) {
            pass();
        } else {
            possible.get(random.nextInt(possible.size())).run();
        }
    }

    private static void addIf(List<Runnable> possible, boolean holds, Runnable action) {
        if (holds) {
            possible.add(action);
        }
    }

    private boolean spendDeath(int oneIn) {
        return deathsLeft > 0 && random.nextInt(oneIn) == 0 && deathsLeft-- > 0;
    }

    private boolean spendFailure(int oneIn) {
        return failuresLeft > 0 && random.nextInt(oneIn) == 0 && failuresLeft-- > 0;
    }

    private void pass() {
        now = now.plusMillis(100 + random.nextInt(900));
        for (SimulatedTrainer trainer : trainers) {
            if (!now.isBefore(silentUntil.getOrDefault(trainer, START))) {
                TrainerHeartbeat heartbeat = trainer.beat();
                say(Topics.TRAINERS.name(), trainer.id().value(), heartbeat);
            }
        }
        while (heartbeats.hasNext()) {
            placementReads(heartbeats.next());
        }
        adopt(placement.watch(board, START, now));
        runs.replaceAll((_, state) -> adopt(lifecycle.wake(state, now)));
    }

    private void lifecycleReads(Envelope<? extends Message> input) {
        RunId run = RunLifecycle.runOf(input.body()).orElseThrow();
        do {
            runs.compute(run, (_, state) -> adopt(lifecycle.decide(state, input, now)));
        } while (random.nextInt(8) == 0);
    }

    private RunState adopt(Decision decision) {
        decision.outputs().forEach(this::announce);
        return decision.state();
    }

    private void placementReads(Envelope<? extends Message> input) {
        do {
            adopt(placement.decide(board, input, now));
        } while (random.nextInt(8) == 0);
    }

    private void adopt(PlacementDecision decision) {
        decision.outputs().forEach(this::announce);
        board = decision.board();
        assertThat(board.leases().values().stream().map(lease -> lease.trainer()))
                .as("a trainer has one lease")
                .doesNotHaveDuplicates();
        assertThat(board.leases().keySet()).as("a run has a lease or waits").noneMatch(board.waiting()::containsKey);
    }

    private void announce(Announcement<?> output) {
        ledger.heard(output.envelope());
        topic(output.topic().name()).append(output.envelope());
    }

    private void trainerReads(Envelope<? extends Message> envelope) {
        TrainingCommand command = (TrainingCommand) envelope.body();
        trainers.stream()
                .filter(trainer -> trainer.id().equals(command.trainer()))
                .forEach(trainer -> trainer.read(command));
    }

    private void storeReads(Message message) {
        if (!(message instanceof SegmentEnded ended)) {
            return;
        }
        String key = ended.runId().value();
        boolean orphaned = !ended.base().equals(SubmissionBuilder.BASE) && !manifests.containsKey(ended.base());
        if (orphaned || (!manifests.containsKey(ended.checkpoint()) && spendDeath(15))) {
            // What is built on a refused result is refused for good; nobody may listen to that any more.
            FailureCode code = orphaned ? FailureCode.CHECKPOINT_REFUSED : FailureCode.BLOB_CORRUPT;
            say(
                    Topics.CHECKPOINTS.name(),
                    key,
                    new CheckpointRejected(
                            ended.checkpoint(),
                            ended.runId(),
                            ended.segmentIndex(),
                            ended.epoch(),
                            new Failure(code, "simulated")));
            return;
        }
        manifests.putIfAbsent(ended.checkpoint(), ended);
        say(
                Topics.CHECKPOINTS.name(),
                key,
                new CheckpointCommitted(
                        ended.checkpoint(),
                        ended.runId(),
                        ended.segmentIndex(),
                        ended.epoch(),
                        ended.base(),
                        ended.lastStep(),
                        "digest",
                        1,
                        List.of(),
                        SimulatedTrainer.norm(ended.checkpoint())));
    }

    private void evaluatorReads(Message message) {
        EvaluateCheckpoint command = (EvaluateCheckpoint) message;
        String key = command.runId().orElseThrow().value();
        if (random.nextInt(4) == 0) {
            say(
                    Topics.EVALUATION_EVENTS.name(),
                    key,
                    new EvaluationFailed(
                            command.evaluation(),
                            command.runId(),
                            command.checkpoint(),
                            new Failure(FailureCode.EVALUATION_FAILED, "simulated")));
        } else {
            say(
                    Topics.EVALUATION_EVENTS.name(),
                    key,
                    new EvaluationCompleted(
                            command.evaluation(),
                            command.runId(),
                            command.checkpoint(),
                            command.afterSteps(),
                            "digest",
                            List.of(),
                            1,
                            Optional.empty(),
                            Optional.empty()));
        }
    }

    private void say(String topic, String key, Message body) {
        TopicLog log = topic(topic);
        log.append(
                Envelope.starting(new EventId("simulated-" + said++), "/simulation", key, now, Optional.empty(), body));
        if (random.nextInt(10) == 0) {
            log.repeat(random.nextInt(log.size()));
        }
    }

    private TopicLog topic(String name) {
        return topics.computeIfAbsent(name, _ -> new TopicLog());
    }

    @Override
    public String toString() {
        return "at " + now + ": runs " + runs.values() + ", leases "
                + board.leases().values() + ", waiting " + board.waiting().values() + ", trainers " + trainers
                + ", committed " + manifests.keySet();
    }
}
