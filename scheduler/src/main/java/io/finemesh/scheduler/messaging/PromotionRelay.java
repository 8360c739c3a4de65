package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.registry.CandidateEnded;
import io.finemesh.contract.registry.CandidateSubmitted;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.registry.EvaluationMissed;
import io.finemesh.contract.registry.PromotionSignal;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.scheduler.announcement.Announcement;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Tells promotion, which is one for all partitions of runs, what it needs of them: candidates, their ends, and scores. What cannot be read is the lifecycle's to refuse. */
final class PromotionRelay implements Processor<String, byte[], String, byte[]> {
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
        signal(input.body()).ifPresent(signal -> {
            EventId id = EventId.derived(input.id(), Topics.PROMOTION_SIGNALS.name(), 0);
            Envelope<PromotionSignal> envelope =
                    Envelope.causedBy(input, id, SOURCE, record.key(), input.time(), signal);
            Outputs.send(codec, context, new Announcement<>(Topics.PROMOTION_SIGNALS, envelope));
        });
    }

    private static Optional<PromotionSignal> signal(Message body) {
        return switch (body) {
            case SubmitRun submission ->
                submission.origin().isPresent() ? Optional.of(new CandidateSubmitted(submission)) : Optional.empty();
            case RunSnapshot snapshot ->
                ended(snapshot.phase())
                        ? Optional.of(new CandidateEnded(snapshot.runId(), snapshot.phase(), snapshot.lastCheckpoint()))
                        : Optional.empty();
            case EvaluationCompleted completed ->
                Optional.of(new CheckpointEvaluated(
                        completed.evaluation(), completed.checkpoint(), completed.scores(), completed.data()));
            case EvaluationFailed failed ->
                Optional.of(new EvaluationMissed(failed.evaluation(), failed.checkpoint(), failed.failure()));
            default -> Optional.empty();
        };
    }

    private static boolean ended(RunPhase phase) {
        return switch (phase) {
            case COMPLETED, FAILED, CANCELLED, REJECTED -> true;
            case ACCEPTED, TRAINING, EVALUATING -> false;
        };
    }
}
