package io.finemesh.contract.wire;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointEvent;
import io.finemesh.contract.connector.ConnectorEvent;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationRequest;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.placement.PlacementEvent;
import io.finemesh.contract.placement.PlacementRequest;
import io.finemesh.contract.policy.PolicyEvent;
import io.finemesh.contract.registry.PromotionSignal;
import io.finemesh.contract.registry.RegistryCommand;
import io.finemesh.contract.registry.RegistryEvent;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.contract.trigger.TriggerCommand;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerSignal;
import io.finemesh.contract.webhook.WebhookEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The catalogue of topics. Nothing is created by being used: the mesh creates exactly these and their dead-letter topics. */
public final class Topics {
    private static final String GATEWAY = "gateway";
    private static final String SCHEDULER = "scheduler";
    private static final String TRAINER = "gpu-trainer";
    private static final String STORE = "checkpoint-store";
    private static final String EVALUATOR = "evaluator";

    /** Partitions of every topic keyed by run: the scheduler joins them, so they are equally many. */
    private static final int RUN_PARTITIONS = 2;

    /** Evaluators that can share one evaluation. */
    private static final int RANGE_PARTITIONS = 8;

    public static final Topic<RunCommand> RUN_COMMANDS = new Topic<>(
            "finemesh.run.commands.v1",
            RunCommand.class,
            "run",
            GATEWAY,
            List.of(SCHEDULER),
            RUN_PARTITIONS,
            new Cleanup.DeleteAfter(Duration.ofDays(7)),
            "What users ask for, validated.");

    public static final Topic<RunEvent> RUN_EVENTS = new Topic<>(
            "finemesh.run.events.v1",
            RunEvent.class,
            "run",
            SCHEDULER,
            List.of(GATEWAY, STORE, EVALUATOR),
            RUN_PARTITIONS,
            new Cleanup.Keep(),
            "What was decided about each run.");

    public static final Topic<RunSnapshot> RUN_STATE = new Topic<>(
            "finemesh.run.state.v1",
            RunSnapshot.class,
            "run",
            SCHEDULER,
            List.of(GATEWAY),
            RUN_PARTITIONS,
            new Cleanup.Compact(),
            "Where each run stands now.");

    public static final Topic<TrainingCommand> TRAINING_COMMANDS = new Topic<>(
            "finemesh.training.commands.v1",
            TrainingCommand.class,
            "trainer",
            SCHEDULER,
            List.of(TRAINER),
            1,
            new Cleanup.DeleteAfter(Duration.ofDays(2)),
            "Segments granted to trainers under a lease.");

    public static final Topic<TrainingEvent> TRAINING_EVENTS = new Topic<>(
            "finemesh.training.events.v1",
            TrainingEvent.class,
            "run",
            TRAINER,
            List.of(SCHEDULER, STORE, GATEWAY),
            RUN_PARTITIONS,
            new Cleanup.Keep(),
            "What trainers say about their segments.");

    public static final Topic<StepCompleted> STEPS = new Topic<>(
            "finemesh.steps.v1",
            StepCompleted.class,
            "run",
            TRAINER,
            List.of(GATEWAY),
            RUN_PARTITIONS,
            new Cleanup.DeleteAfter(Duration.ofDays(14)),
            "The step ledger: one record an optimizer step.");

    public static final Topic<TrainerHeartbeat> TRAINERS = new Topic<>(
            "finemesh.trainers.v1",
            TrainerHeartbeat.class,
            "trainer",
            TRAINER,
            List.of(SCHEDULER, GATEWAY),
            1,
            new Cleanup.CompactAndDeleteAfter(Duration.ofDays(1)),
            "Which trainers are there, what they have and what they do.");

    public static final Topic<CheckpointEvent> CHECKPOINTS = new Topic<>(
            "finemesh.checkpoints.v1",
            CheckpointEvent.class,
            "run, or checkpoint for an import",
            STORE,
            List.of(SCHEDULER, GATEWAY),
            RUN_PARTITIONS,
            new Cleanup.Keep(),
            "Checkpoints that exist, and results that were refused.");

    public static final Topic<DatasetCommitted> DATASETS = new Topic<>(
            "finemesh.datasets.v1",
            DatasetCommitted.class,
            "data set name",
            STORE,
            List.of(SCHEDULER, GATEWAY),
            1,
            new Cleanup.Keep(),
            "Immutable versions of data sets.");

    public static final Topic<EvaluateCheckpoint> EVALUATION_COMMANDS = new Topic<>(
            "finemesh.evaluation.commands.v1",
            EvaluateCheckpoint.class,
            "run, or evaluation where no run asks",
            SCHEDULER,
            List.of(EVALUATOR),
            RUN_PARTITIONS,
            new Cleanup.DeleteAfter(Duration.ofDays(7)),
            "Checkpoints to be scored.");

    public static final Topic<EvaluationEvent> EVALUATION_EVENTS = new Topic<>(
            "finemesh.evaluation.events.v1",
            EvaluationEvent.class,
            "run, or evaluation where no run asked",
            EVALUATOR,
            List.of(SCHEDULER, GATEWAY, EVALUATOR),
            RUN_PARTITIONS,
            new Cleanup.Keep(),
            "Scores of checkpoints, and what is answered so far.");

    public static final Topic<EvaluationRequest> EVALUATION_REQUESTS = new Topic<>(
            "finemesh.evaluation.requests.v1",
            EvaluationRequest.class,
            "evaluation",
            GATEWAY,
            List.of(EVALUATOR),
            RUN_PARTITIONS,
            new Cleanup.DeleteAfter(Duration.ofDays(7)),
            "Evaluations that people ask for, and take back.");

    public static final Topic<ScoreRange> EVALUATION_RANGES = new Topic<>(
            "finemesh.evaluation.ranges.v1",
            ScoreRange.class,
            "range key",
            EVALUATOR,
            List.of(EVALUATOR),
            RANGE_PARTITIONS,
            new Cleanup.DeleteAfter(Duration.ofDays(7)),
            "Ranges of questions, spread over the evaluators: as many can work at once as there are partitions.");

    public static final Topic<PlacementRequest> PLACEMENT_REQUESTS = new Topic<>(
            "finemesh.placement.requests.v1",
            PlacementRequest.class,
            "run",
            SCHEDULER,
            List.of(SCHEDULER),
            1,
            new Cleanup.DeleteAfter(Duration.ofDays(2)),
            "The scheduler's lifecycle asks its placement for trainers. One partition: one pool of trainers.");

    public static final Topic<PlacementEvent> PLACEMENT_EVENTS = new Topic<>(
            "finemesh.placement.events.v1",
            PlacementEvent.class,
            "run",
            SCHEDULER,
            List.of(SCHEDULER),
            RUN_PARTITIONS,
            new Cleanup.DeleteAfter(Duration.ofDays(2)),
            "Leases that placement granted or lost.");

    public static final Topic<PolicyEvent> POLICIES = new Topic<>(
            "finemesh.policies.v1",
            PolicyEvent.class,
            "policy name",
            GATEWAY,
            List.of(SCHEDULER, GATEWAY),
            1,
            new Cleanup.Compact(),
            "What people set once: when to train, how much, on what, and what a checkpoint must show.");

    public static final Topic<ConnectorEvent> CONNECTORS = new Topic<>(
            "finemesh.connectors.v1",
            ConnectorEvent.class,
            "connector name",
            GATEWAY,
            List.of(STORE, GATEWAY),
            1,
            new Cleanup.Compact(),
            "Which topics of others become rows of which data sets.");

    public static final Topic<TriggerCommand> TRIGGER_COMMANDS = new Topic<>(
            "finemesh.trigger.commands.v1",
            TriggerCommand.class,
            "policy, or type of an outside event",
            GATEWAY,
            List.of(SCHEDULER),
            1,
            new Cleanup.DeleteAfter(Duration.ofDays(7)),
            "What people and the outside say to the triggers of policies.");

    public static final Topic<TriggerSignal> TRIGGER_SIGNALS = new Topic<>(
            "finemesh.trigger.signals.v1",
            TriggerSignal.class,
            "run",
            SCHEDULER,
            List.of(SCHEDULER),
            1,
            new Cleanup.DeleteAfter(Duration.ofDays(2)),
            "The scheduler tells its triggers of runs and scores. One partition: one place that counts what is under way.");

    public static final Topic<TriggerEvent> TRIGGER_FIRES = new Topic<>(
            "finemesh.trigger.fires.v1",
            TriggerEvent.class,
            "policy name",
            SCHEDULER,
            List.of(GATEWAY),
            1,
            new Cleanup.Keep(),
            "What fired or was held back, and why.");

    public static final Topic<RegistryEvent> REGISTRY = new Topic<>(
            "finemesh.registry.v1",
            RegistryEvent.class,
            "model@alias",
            SCHEDULER,
            List.of(SCHEDULER, GATEWAY),
            1,
            new Cleanup.Keep(),
            "What gates decided, and which checkpoints aliases stand for. Everything is kept: a decision explains itself by those before it.");

    public static final Topic<RegistryCommand> REGISTRY_COMMANDS = new Topic<>(
            "finemesh.registry.commands.v1",
            RegistryCommand.class,
            "model@alias",
            GATEWAY,
            List.of(SCHEDULER),
            1,
            new Cleanup.DeleteAfter(Duration.ofDays(7)),
            "What people want of aliases: move, roll back, approve, reject.");

    public static final Topic<PromotionSignal> PROMOTION_SIGNALS = new Topic<>(
            "finemesh.promotion.signals.v1",
            PromotionSignal.class,
            "run, or evaluation",
            SCHEDULER,
            List.of(SCHEDULER),
            1,
            new Cleanup.DeleteAfter(Duration.ofDays(7)),
            "What the scheduler's promotion is told of candidates and scores. One partition: aliases are of all runs.");

    public static final Topic<WebhookEvent> WEBHOOKS = new Topic<>(
            "finemesh.webhooks.v1",
            WebhookEvent.class,
            "event that was told",
            GATEWAY,
            List.of(GATEWAY),
            1,
            new Cleanup.DeleteAfter(Duration.ofDays(30)),
            "Who outside was told of decisions, and who could not be.");

    static final List<Topic<? extends Message>> ALL = List.of(
            RUN_COMMANDS,
            RUN_EVENTS,
            RUN_STATE,
            TRAINING_COMMANDS,
            TRAINING_EVENTS,
            STEPS,
            TRAINERS,
            CHECKPOINTS,
            DATASETS,
            EVALUATION_COMMANDS,
            EVALUATION_EVENTS,
            EVALUATION_REQUESTS,
            EVALUATION_RANGES,
            PLACEMENT_REQUESTS,
            REGISTRY,
            WEBHOOKS,
            REGISTRY_COMMANDS,
            PROMOTION_SIGNALS,
            PLACEMENT_EVENTS,
            POLICIES,
            CONNECTORS,
            TRIGGER_COMMANDS,
            TRIGGER_SIGNALS,
            TRIGGER_FIRES);

    private Topics() {}

    /** The topic of this name, if it is one of the mesh's. */
    public static Optional<Topic<? extends Message>> named(String name) {
        return ALL.stream().filter(topic -> topic.name().equals(name)).findFirst();
    }
}
