package io.finemesh.gateway.view;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointEvent;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.checkpoint.ModelImported;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.RunCancelled;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.run.RunFailed;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.RunRejected;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SegmentRetried;
import io.finemesh.contract.run.SegmentScheduled;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.training.BlockActivated;
import io.finemesh.contract.training.DataOrder;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainingEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** One run, folded from what was said about it. Topics may be read in any order; the result is the same. */
public final class RunView {
    private final RunId id;
    private final Set<EventId> seen = new HashSet<>();
    private final List<Occurrence> moments = new ArrayList<>();
    private final Arrivals arrivals = new Arrivals();
    private final StepLedger ledger = new StepLedger();
    private final Map<CheckpointId, CommittedCheckpoint> checkpoints = new LinkedHashMap<>();
    private final Map<EvaluationId, EvaluationView> evaluations = new LinkedHashMap<>();
    private final Map<Integer, String> blocks = new LinkedHashMap<>();
    private final List<Retry> retries = new ArrayList<>();

    private Optional<RunSpecification> specification = Optional.empty();
    private Optional<ResolvedModel> model = Optional.empty();
    private Optional<ResolvedDataset> dataset = Optional.empty();
    private Optional<ResolvedDataset> evaluationDataset = Optional.empty();
    private List<ResolvedDataset> evaluationData = List.of();
    private Optional<RunPlan> plan = Optional.empty();
    private Optional<RunSnapshot> snapshot = Optional.empty();
    private Optional<SegmentScheduled> segment = Optional.empty();
    private Optional<RunCompleted> result = Optional.empty();
    private Optional<Failure> failure = Optional.empty();
    private Optional<CheckpointId> checkpointAtEnd = Optional.empty();
    private Optional<Occurrence> end = Optional.empty();
    private Optional<Instant> submittedAt = Optional.empty();
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<DataOrder> order = Optional.empty();
    private boolean accepted;
    private boolean cancelRequested;
    private boolean commandSeen;
    private final long[] nextOffsets = new long[Source.values().length];
    private long committedSteps;
    private long snapshotOffset = -1;

    RunView(RunId id) {
        this.id = id;
    }

    /**
     * Takes one occurrence of this run.
     *
     * @return false when it says nothing new
     */
    boolean apply(Occurrence occurrence) {
        int source = occurrence.source().ordinal();
        nextOffsets[source] = Math.max(nextOffsets[source], occurrence.offset() + 1);
        if (occurrence.body() instanceof StepCompleted step) {
            return step(step, occurrence);
        }
        if (occurrence.body() instanceof RunSnapshot newer) {
            return snapshot(newer, occurrence);
        }
        if (!seen.add(occurrence.id())) {
            return false;
        }
        arrivals.addMoment(moments.size());
        moments.add(occurrence);
        switch (occurrence.body()) {
            case RunCommand command -> command(command, occurrence);
            case RunEvent event -> event(event, occurrence);
            case TrainingEvent event -> training(event, occurrence);
            case CheckpointEvent event -> checkpoint(event, occurrence);
            case EvaluationEvent event ->
                evaluations.compute(
                        event.evaluation(), (_, before) -> EvaluationView.after(Optional.ofNullable(before), event));
            default -> throw new IllegalArgumentException(occurrence.body() + " is not about a run");
        }
        return true;
    }

    private boolean step(StepCompleted step, Occurrence occurrence) {
        if (!ledger.add(step, occurrence.offset(), occurrence.time(), arrivals.size())) {
            return false;
        }
        arrivals.addStep(step.step());
        return true;
    }

    private boolean snapshot(RunSnapshot newer, Occurrence occurrence) {
        if (occurrence.offset() <= snapshotOffset) {
            return false;
        }
        snapshotOffset = occurrence.offset();
        snapshot = Optional.of(newer);
        committedSteps = Math.max(committedSteps, newer.committedSteps());
        return true;
    }

    private void command(RunCommand command, Occurrence occurrence) {
        switch (command) {
            case SubmitRun submit -> {
                if (!commandSeen) {
                    commandSeen = true;
                    submittedAt = Optional.of(occurrence.time());
                    specification = Optional.of(submit.specification());
                    model = Optional.of(submit.model());
                    dataset = Optional.of(submit.dataset());
                    evaluationDataset = submit.evaluationDataset();
                    evaluationData = Stream.concat(
                                    submit.evaluationDataset().stream(),
                                    submit.evaluation().stream().flatMap(named -> named.datasets().values().stream()))
                            .toList();
                }
            }
            case CancelRun _ -> cancelRequested = true;
        }
    }

    private void event(RunEvent event, Occurrence occurrence) {
        switch (event) {
            case RunAccepted frozen -> {
                accepted = true;
                submittedAt = submittedAt.or(() -> Optional.of(occurrence.time()));
                specification = Optional.of(frozen.specification());
                model = Optional.of(frozen.model());
                dataset = Optional.of(frozen.dataset());
                plan = Optional.of(frozen.plan());
            }
            case RunRejected rejected -> {
                failure = Optional.of(rejected.failure());
                end = end.or(() -> Optional.of(occurrence));
            }
            case SegmentScheduled scheduled -> {
                started(occurrence.time());
                if (segment.isEmpty() || segment.get().epoch() < scheduled.epoch()) {
                    segment = Optional.of(scheduled);
                }
                scheduled
                        .segment()
                        .block()
                        .ifPresent(block -> blocks.put(scheduled.segment().index(), block));
                ledger.restart(scheduled.segment().firstStep(), scheduled.epoch());
            }
            case SegmentRetried retried -> retries.add(new Retry(retried, occurrence.time()));
            case RunCompleted completed -> {
                result = Optional.of(completed);
                committedSteps = Math.max(committedSteps, completed.steps());
                checkpointAtEnd = Optional.of(completed.checkpoint());
                end = end.or(() -> Optional.of(occurrence));
            }
            case RunFailed failed -> {
                failure = Optional.of(failed.failure());
                checkpointAtEnd = failed.lastCheckpoint();
                end = end.or(() -> Optional.of(occurrence));
            }
            case RunCancelled cancelled -> {
                checkpointAtEnd = cancelled.lastCheckpoint();
                end = end.or(() -> Optional.of(occurrence));
            }
        }
    }

    private void training(TrainingEvent event, Occurrence occurrence) {
        switch (event) {
            case SegmentStarted segmentStarted -> {
                started(occurrence.time());
                order = order.or(segmentStarted::order);
            }
            case BlockActivated activated -> blocks.putIfAbsent(activated.segmentIndex(), activated.block());
            case SegmentTrained _, SegmentEnded _, SegmentFailed _ -> {
                // Told in the feed; the scheduler decides what they mean for the run.
            }
        }
    }

    private void started(Instant time) {
        if (startedAt.isEmpty() || time.isBefore(startedAt.get())) {
            startedAt = Optional.of(time);
        }
    }

    private void checkpoint(CheckpointEvent event, Occurrence occurrence) {
        switch (event) {
            case CheckpointCommitted committed -> {
                checkpoints.putIfAbsent(
                        committed.checkpoint(),
                        new CommittedCheckpoint(committed, occurrence.time(), Optional.empty()));
                committedSteps = Math.max(committedSteps, committed.lastStep() + 1);
            }
            case CheckpointRejected _, ModelImported _ -> {
                // A refusal is told in the feed; an import belongs to no run.
            }
        }
    }

    /** Where a reader stands that has seen all of this. */
    public Position position() {
        return Position.after(nextOffsets);
    }

    /** Identity. */
    public RunId id() {
        return id;
    }

    /** Where it stands: how it ended if it did, else what the scheduler last said, else how far its events show it. */
    public Phase phase() {
        if (end.isPresent()) {
            return endPhase((RunEvent) end.get().body());
        }
        if (snapshot.isPresent()) {
            return Phase.of(snapshot.get().phase());
        }
        if (segment.isPresent()) {
            return Phase.TRAINING;
        }
        return accepted ? Phase.ACCEPTED : Phase.SUBMITTED;
    }

    private static Phase endPhase(RunEvent event) {
        return switch (event) {
            case RunCompleted _ -> Phase.COMPLETED;
            case RunFailed _ -> Phase.FAILED;
            case RunCancelled _ -> Phase.CANCELLED;
            case RunRejected _ -> Phase.REJECTED;
            case RunAccepted _, SegmentScheduled _, SegmentRetried _ ->
                throw new IllegalStateException(event + " ends no run");
        };
    }

    /** What was asked for; empty for a run whose beginning is no longer on any topic. */
    public Optional<RunSpecification> specification() {
        return specification;
    }

    /** What it starts from. */
    public Optional<ResolvedModel> model() {
        return model;
    }

    /** What it trains on. */
    public Optional<ResolvedDataset> dataset() {
        return dataset;
    }

    /** In which order it reads that; empty until its first segment begins. */
    public Optional<DataOrder> order() {
        return order;
    }

    /** What it is evaluated on. */
    public Optional<ResolvedDataset> evaluationDataset() {
        return evaluationDataset;
    }

    /** All that its evaluations read: the data they are asked on, worked examples, and what a judge is asked with. */
    public List<ResolvedDataset> evaluationData() {
        return evaluationData;
    }

    /** How it is cut. */
    public Optional<RunPlan> plan() {
        return plan;
    }

    /** The segment given out under the newest epoch. */
    public Optional<SegmentScheduled> segment() {
        return segment;
    }

    /** Block of a segment, where the method works in blocks. */
    public Optional<String> block(int segmentIndex) {
        return Optional.ofNullable(blocks.get(segmentIndex));
    }

    /** How it ended well. */
    public Optional<RunCompleted> result() {
        return result;
    }

    /** Why it ended otherwise. */
    public Optional<Failure> failure() {
        return failure.or(() -> snapshot.flatMap(RunSnapshot::failure));
    }

    /** Last committed checkpoint: what the end of the run names, else what the store committed last, else what the scheduler knows of. */
    public Optional<CheckpointId> lastCheckpoint() {
        return checkpointAtEnd
                .or(() -> checkpoints.values().stream()
                        .map(CommittedCheckpoint::committed)
                        .max(Comparator.comparingLong(CheckpointCommitted::lastStep))
                        .map(CheckpointCommitted::checkpoint))
                .or(() -> snapshot.flatMap(RunSnapshot::lastCheckpoint));
    }

    /** When it was asked for; the beginning of time when nothing says so any more. */
    public Instant submittedAt() {
        return submittedAt.orElseGet(
                () -> moments.isEmpty() ? Instant.EPOCH : moments.getFirst().time());
    }

    /** When its first segment was given out. */
    public Optional<Instant> startedAt() {
        return startedAt;
    }

    /** When it ended. */
    public Optional<Instant> endedAt() {
        return end.map(Occurrence::time);
    }

    /** Whether someone asked to stop it. */
    public boolean cancelRequested() {
        return cancelRequested;
    }

    /** Optimizer steps planned. */
    public OptionalLong totalSteps() {
        if (plan.isPresent()) {
            return OptionalLong.of(plan.get().totalSteps());
        }
        return snapshot.map(RunSnapshot::totalSteps).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    /** Optimizer steps in committed checkpoints. */
    public long committedSteps() {
        return committedSteps;
    }

    /** Segments whose checkpoint is committed. */
    public int committedSegments() {
        return Math.max(
                checkpoints.size(), snapshot.map(RunSnapshot::committedSegments).orElse(0));
    }

    /** Committed checkpoints by segment. */
    public List<CommittedCheckpoint> checkpoints() {
        return checkpoints.values().stream()
                .sorted((left, right) -> Integer.compare(
                        left.committed().segmentIndex(), right.committed().segmentIndex()))
                .map(entry -> new CommittedCheckpoint(
                        entry.committed(), entry.at(), block(entry.committed().segmentIndex())))
                .toList();
    }

    /** Evaluations in the order they began. */
    public Collection<EvaluationView> evaluations() {
        return Collections.unmodifiableCollection(evaluations.values());
    }

    /** Segments that were given out again. */
    public List<Retry> retries() {
        return Collections.unmodifiableList(retries);
    }

    /** Number of steps in the ledger. */
    public long stepCount() {
        return ledger.count();
    }

    /** Tokens computed in the ledger's steps. */
    public long tokens() {
        return ledger.tokens();
    }

    /** The newest step. */
    public Optional<Step> lastStep() {
        return ledger.lastSteps(1, committedSteps).stream().findFirst();
    }

    /** Steps from one on, each once, in order. */
    public List<Step> steps(long from, int atMost) {
        return ledger.from(from, atMost, committedSteps);
    }

    /** Tokens a second over the last steps, while it trains. */
    public OptionalDouble tokensPerSecond() {
        return phase() == Phase.TRAINING ? throughput().tokensPerSecond() : OptionalDouble.empty();
    }

    /** Seconds an optimizer step took lately, while it trains. */
    public OptionalDouble secondsPerStep() {
        return phase() == Phase.TRAINING ? throughput().secondsPerStep() : OptionalDouble.empty();
    }

    private Throughput throughput() {
        return Throughput.of(ledger.lastSteps(Throughput.WINDOW, committedSteps));
    }

    /** Seconds until the last step at that rate. */
    public OptionalDouble etaSeconds() {
        OptionalDouble pace = secondsPerStep();
        if (pace.isEmpty() || totalSteps().isEmpty()) {
            return OptionalDouble.empty();
        }
        long done = lastStep().map(step -> step.step() + 1).orElse(0L);
        return OptionalDouble.of(Math.max(0, totalSteps().getAsLong() - done) * pace.getAsDouble());
    }

    /** What ended it. */
    Optional<Occurrence> end() {
        return end;
    }

    /** Whether everything that a completed run must have left on the other topics has been read too. */
    boolean settled() {
        return result.isPresent()
                && ledger.count() >= result.get().steps()
                && (checkpoints.containsKey(result.get().checkpoint())
                        || result.get().steps() == 0)
                && evaluations.values().stream().allMatch(each -> each.state() != EvaluationView.State.STARTED);
    }

    Arrivals arrivals() {
        return arrivals;
    }

    Occurrence moment(int index) {
        return moments.get(index);
    }

    StepLedger ledger() {
        return ledger;
    }
}
