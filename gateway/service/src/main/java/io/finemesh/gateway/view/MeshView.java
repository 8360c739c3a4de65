package io.finemesh.gateway.view;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.training.TrainingEvent;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Everything the mesh has said, by what it is about. */
public final class MeshView {
    private final Map<RunId, RunView> runs = new HashMap<>();
    private final Map<String, TrainerView> trainers = new TreeMap<>();
    private final Map<DatasetVersion, DatasetCommitted> datasets = new HashMap<>();
    private final Map<EvaluationId, EvaluationView> evaluations = new LinkedHashMap<>();
    private final Map<EvaluationId, EvaluationWork> requested = new HashMap<>();
    private final PolicyBook policies = new PolicyBook();
    private final RegistryBook registry = new RegistryBook();

    /**
     * Takes one occurrence.
     *
     * @return false when it says nothing new
     */
    public boolean apply(Occurrence occurrence) {
        Optional<RunId> run = runOf(occurrence.body());
        boolean news = occurrence.body() instanceof EvaluationEvent evaluation && evaluated(evaluation);
        if (run.isPresent()) {
            return runs.computeIfAbsent(run.get(), RunView::new).apply(occurrence);
        }
        return switch (occurrence.body()) {
            case TrainerHeartbeat heartbeat -> trainer(heartbeat, occurrence);
            case DatasetCommitted committed -> datasets.putIfAbsent(committed.version(), committed) == null;
            case RequestEvaluation request -> {
                requested.putIfAbsent(request.evaluation(), request.work());
                yield evaluations.putIfAbsent(
                                request.evaluation(),
                                EvaluationView.requested(
                                        request.evaluation(), request.work().checkpoint()))
                        == null;
            }
            default -> policies.apply(occurrence) || registry.apply(occurrence) || news;
        };
    }

    private boolean evaluated(EvaluationEvent event) {
        EvaluationView before = evaluations.get(event.evaluation());
        EvaluationView after = EvaluationView.after(Optional.ofNullable(before), event);
        evaluations.put(event.evaluation(), after);
        return !after.equals(before);
    }

    private boolean trainer(TrainerHeartbeat heartbeat, Occurrence occurrence) {
        TrainerView known = trainers.get(heartbeat.trainer().value());
        boolean older = known != null
                && known.heartbeat().incarnation().equals(heartbeat.incarnation())
                && known.heartbeat().sequence() >= heartbeat.sequence();
        if (older) {
            return false;
        }
        trainers.put(heartbeat.trainer().value(), new TrainerView(heartbeat, occurrence.time()));
        return true;
    }

    /** The run a message is about; empty for trainers, data sets and imports. */
    public static Optional<RunId> runOf(Message body) {
        return switch (body) {
            case RunCommand command -> Optional.of(command.runId());
            case RunEvent event -> Optional.of(event.runId());
            case RunSnapshot snapshot -> Optional.of(snapshot.runId());
            case TrainingEvent event -> Optional.of(event.runId());
            case StepCompleted step -> Optional.of(step.runId());
            case CheckpointCommitted committed -> Optional.of(committed.runId());
            case CheckpointRejected rejected -> Optional.of(rejected.runId());
            case EvaluationEvent event -> event.runId();
            default -> Optional.empty();
        };
    }

    /** A run, if it is known. */
    public Optional<RunView> run(RunId id) {
        return Optional.ofNullable(runs.get(id));
    }

    /** Ids of all runs. */
    public Collection<RunId> runIds() {
        return Collections.unmodifiableSet(runs.keySet());
    }

    /** All runs, newest first. */
    public List<RunView> runs() {
        return runs.values().stream()
                .sorted(Comparator.comparing(RunView::submittedAt)
                        .thenComparing(run -> run.id().value())
                        .reversed())
                .toList();
    }

    /** All trainers by name. */
    public Collection<TrainerView> trainers() {
        return Collections.unmodifiableCollection(trainers.values());
    }

    /** A trainer, if it has spoken. */
    public Optional<TrainerView> trainer(TrainerId id) {
        return Optional.ofNullable(trainers.get(id.value()));
    }

    /** Policies, their triggers and connectors. */
    public PolicyBook policies() {
        return policies;
    }

    /** Aliases, and what gates decided about them. */
    public RegistryBook registry() {
        return registry;
    }

    /** Data set versions that were committed. */
    public Collection<DatasetCommitted> datasets() {
        return Collections.unmodifiableCollection(datasets.values());
    }

    /** Every evaluation of a checkpoint, whoever asked for it. */
    public List<EvaluationView> evaluationsOf(CheckpointId checkpoint) {
        return evaluations.values().stream()
                .filter(evaluation -> evaluation.checkpoint().equals(checkpoint))
                .toList();
    }

    /** An evaluation, if it is known. */
    public Optional<EvaluationView> evaluation(EvaluationId id) {
        return Optional.ofNullable(evaluations.get(id));
    }

    /** What an evaluation was asked to measure, where somebody asked for it by itself. */
    public Optional<EvaluationWork> requested(EvaluationId id) {
        return Optional.ofNullable(requested.get(id));
    }

    /** All evaluations in the order in which they were first heard of. */
    public List<EvaluationView> evaluations() {
        return List.copyOf(evaluations.values());
    }
}
