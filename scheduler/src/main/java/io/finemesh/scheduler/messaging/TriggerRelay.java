package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.trigger.CheckpointScored;
import io.finemesh.contract.trigger.DeviceUsed;
import io.finemesh.contract.trigger.RunMoved;
import io.finemesh.contract.trigger.ScoredFigure;
import io.finemesh.contract.trigger.TriggerSignal;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.scheduler.announcement.Announcement;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Tells the triggers, which have one partition, what is said about runs in several: where they stand, when trainers work on them, and how their checkpoints
 * score. Keeps nothing; what cannot be read is the lifecycle's to refuse.
 */
final class TriggerRelay implements Processor<String, byte[], String, byte[]> {
    private static final String SOURCE = "/scheduler";

    private final EventCodec codec = new EventCodec();
    private ProcessorContext<String, byte[]> context;

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Envelope<? extends Message> input;
        try {
            input = Inputs.read(codec, context, record);
        } catch (UnreadableRecordException _) {
            return;
        }
        signal(input).ifPresent(signal -> {
            EventId id = EventId.derived(input.id(), Topics.TRIGGER_SIGNALS.name(), 0);
            Envelope<TriggerSignal> envelope = Envelope.causedBy(input, id, SOURCE, record.key(), input.time(), signal);
            Outputs.send(codec, context, new Announcement<>(Topics.TRIGGER_SIGNALS, envelope));
        });
    }

    private static Optional<TriggerSignal> signal(Envelope<? extends Message> input) {
        return switch (input.body()) {
            case RunSnapshot snapshot ->
                Optional.of(new RunMoved(
                        snapshot.runId(), snapshot.phase(), snapshot.totalSteps(), snapshot.committedSteps()));
            case SegmentStarted started ->
                Optional.of(
                        new DeviceUsed(started.runId(), started.segmentIndex(), started.epoch(), true, input.time()));
            case SegmentTrained trained ->
                Optional.of(
                        new DeviceUsed(trained.runId(), trained.segmentIndex(), trained.epoch(), false, input.time()));
            case SegmentFailed failed ->
                Optional.of(new DeviceUsed(failed.runId(), failed.segmentIndex(), failed.epoch(), false, input.time()));
            case EvaluationCompleted completed ->
                Optional.of(new CheckpointScored(
                        completed.runId(),
                        completed.evaluation(),
                        completed.checkpoint(),
                        completed.scores().stream()
                                .filter(score -> Double.isFinite(score.value()))
                                .map(score ->
                                        new ScoredFigure(score.task(), score.metric(), score.value(), score.judge()))
                                .toList()));
            default -> Optional.empty();
        };
    }
}
