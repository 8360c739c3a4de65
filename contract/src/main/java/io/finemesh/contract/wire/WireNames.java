package io.finemesh.contract.wire;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.checkpoint.ModelImported;
import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.contract.connector.ConnectorWithdrawn;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.evaluation.CancelEvaluation;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.evaluation.RangeFailed;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.PlacementImpossible;
import io.finemesh.contract.placement.ReleaseLease;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyWithdrawn;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.ApprovePromotion;
import io.finemesh.contract.registry.CandidateEnded;
import io.finemesh.contract.registry.CandidateSubmitted;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.registry.EvaluationMissed;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.registry.RejectPromotion;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.RunCancelled;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunFailed;
import io.finemesh.contract.run.RunRejected;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.run.SegmentRetried;
import io.finemesh.contract.run.SegmentScheduled;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.training.BlockActivated;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.trigger.CheckpointScored;
import io.finemesh.contract.trigger.DeviceUsed;
import io.finemesh.contract.trigger.FirePolicy;
import io.finemesh.contract.trigger.RefuseFire;
import io.finemesh.contract.trigger.ReportOutsideEvent;
import io.finemesh.contract.trigger.RunMoved;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.trigger.TriggerHeld;
import io.finemesh.contract.webhook.WebhookDelivered;
import io.finemesh.contract.webhook.WebhookGivenUp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which name a message has on the wire ({@code ce_type}). Names never change and are never reused; a class may be renamed
 * at will. The number at the end is the version of the message's form.
 */
public final class WireNames {
    private static final Map<Class<? extends Message>, String> NAMES = new LinkedHashMap<>();
    private static final Map<String, Class<? extends Message>> TYPES = new LinkedHashMap<>();

    static {
        name(SubmitRun.class, "io.finemesh.run.submit.v1");
        name(CancelRun.class, "io.finemesh.run.cancel.v1");
        name(RunAccepted.class, "io.finemesh.run.accepted.v1");
        name(RunRejected.class, "io.finemesh.run.rejected.v1");
        name(SegmentScheduled.class, "io.finemesh.run.segment-scheduled.v1");
        name(SegmentRetried.class, "io.finemesh.run.segment-retried.v1");
        name(RunCompleted.class, "io.finemesh.run.completed.v1");
        name(RunFailed.class, "io.finemesh.run.failed.v1");
        name(RunCancelled.class, "io.finemesh.run.cancelled.v1");
        name(RunSnapshot.class, "io.finemesh.run.snapshot.v1");
        name(TrainSegment.class, "io.finemesh.training.train-segment.v1");
        name(StopSegment.class, "io.finemesh.training.stop-segment.v1");
        name(SegmentStarted.class, "io.finemesh.training.segment-started.v1");
        name(BlockActivated.class, "io.finemesh.training.block-activated.v1");
        name(SegmentTrained.class, "io.finemesh.training.segment-trained.v1");
        name(SegmentEnded.class, "io.finemesh.training.segment-ended.v1");
        name(SegmentFailed.class, "io.finemesh.training.segment-failed.v1");
        name(StepCompleted.class, "io.finemesh.training.step-completed.v1");
        name(TrainerHeartbeat.class, "io.finemesh.trainer.heartbeat.v1");
        name(ModelImported.class, "io.finemesh.checkpoint.model-imported.v1");
        name(CheckpointCommitted.class, "io.finemesh.checkpoint.committed.v1");
        name(CheckpointRejected.class, "io.finemesh.checkpoint.rejected.v1");
        name(DatasetCommitted.class, "io.finemesh.dataset.committed.v1");
        name(EvaluateCheckpoint.class, "io.finemesh.evaluation.evaluate-checkpoint.v1");
        name(RequestEvaluation.class, "io.finemesh.evaluation.request.v1");
        name(CancelEvaluation.class, "io.finemesh.evaluation.cancel.v1");
        name(ScoreRange.class, "io.finemesh.evaluation.score-range.v1");
        name(EvaluationStarted.class, "io.finemesh.evaluation.started.v1");
        name(RangeScored.class, "io.finemesh.evaluation.range-scored.v1");
        name(RangeFailed.class, "io.finemesh.evaluation.range-failed.v1");
        name(JudgeSpending.class, "io.finemesh.evaluation.judge-spending.v1");
        name(EvaluationCompleted.class, "io.finemesh.evaluation.completed.v1");
        name(EvaluationFailed.class, "io.finemesh.evaluation.failed.v1");
        name(PlaceSegment.class, "io.finemesh.placement.place-segment.v1");
        name(ReleaseLease.class, "io.finemesh.placement.release-lease.v1");
        name(LeaseGranted.class, "io.finemesh.placement.lease-granted.v1");
        name(LeaseLost.class, "io.finemesh.placement.lease-lost.v1");
        name(PlacementImpossible.class, "io.finemesh.placement.impossible.v1");
        name(PolicyDefined.class, "io.finemesh.policy.defined.v1");
        name(PolicyWithdrawn.class, "io.finemesh.policy.withdrawn.v1");
        name(ConnectorDefined.class, "io.finemesh.connector.defined.v1");
        name(ConnectorWithdrawn.class, "io.finemesh.connector.withdrawn.v1");
        name(FirePolicy.class, "io.finemesh.trigger.fire-policy.v1");
        name(ReportOutsideEvent.class, "io.finemesh.trigger.report-outside-event.v1");
        name(RefuseFire.class, "io.finemesh.trigger.refuse-fire.v1");
        name(RunMoved.class, "io.finemesh.trigger.run-moved.v1");
        name(DeviceUsed.class, "io.finemesh.trigger.device-used.v1");
        name(CheckpointScored.class, "io.finemesh.trigger.checkpoint-scored.v1");
        name(TriggerFired.class, "io.finemesh.trigger.fired.v1");
        name(TriggerHeld.class, "io.finemesh.trigger.held.v1");
        name(AliasMoved.class, "io.finemesh.registry.alias-moved.v1");
        name(GateDecided.class, "io.finemesh.registry.gate-decided.v1");
        name(MoveAlias.class, "io.finemesh.registry.move-alias.v1");
        name(ApprovePromotion.class, "io.finemesh.registry.approve-promotion.v1");
        name(RejectPromotion.class, "io.finemesh.registry.reject-promotion.v1");
        name(CandidateSubmitted.class, "io.finemesh.promotion.candidate-submitted.v1");
        name(CandidateEnded.class, "io.finemesh.promotion.candidate-ended.v1");
        name(CheckpointEvaluated.class, "io.finemesh.promotion.checkpoint-evaluated.v1");
        name(EvaluationMissed.class, "io.finemesh.promotion.evaluation-missed.v1");
        name(WebhookDelivered.class, "io.finemesh.webhook.delivered.v1");
        name(WebhookGivenUp.class, "io.finemesh.webhook.given-up.v1");
    }

    private WireNames() {}

    private static void name(Class<? extends Message> type, String name) {
        if (NAMES.put(type, name) != null || TYPES.put(name, type) != null) {
            throw new IllegalStateException("wire name given twice: " + type + " " + name);
        }
    }

    /** Name of a message type. */
    public static String of(Class<? extends Message> type) {
        String name = NAMES.get(type);
        if (name == null) {
            throw new IllegalArgumentException(type.getName() + " has no wire name; add it to WireNames");
        }
        return name;
    }

    /** Message type of a name, if there is one. */
    public static Optional<Class<? extends Message>> type(String name) {
        return Optional.ofNullable(TYPES.get(name));
    }

    /** Every message type with its name, in order of definition. */
    public static Map<Class<? extends Message>, String> all() {
        return Collections.unmodifiableMap(NAMES);
    }
}
