package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;

/** Records on their way in: read, or refused. */
final class Inputs {
    private Inputs() {}

    static Envelope<? extends Message> read(
            EventCodec codec, ProcessorContext<String, byte[]> context, Record<String, byte[]> record) {
        String name = where(context).topic();
        Topic<? extends Message> topic = Topics.named(name)
                .orElseThrow(() -> new UnreadableRecordException("topic " + name + " is not in the catalogue"));
        return codec.decode(topic, record.key(), record.headers(), record.value());
    }

    static void refuse(
            Logger log, ProcessorContext<String, byte[]> context, Record<String, byte[]> record, RuntimeException why) {
        RecordMetadata where = where(context);
        if (why instanceof UnreadableRecordException) {
            log.warnf(
                    "%s-%d at %d goes to the dead letters: %s",
                    where.topic(), where.partition(), where.offset(), why.getMessage());
        } else {
            log.errorf(
                    why,
                    "%s-%d at %d goes to the dead letters, as no decision could be made",
                    where.topic(),
                    where.partition(),
                    where.offset());
        }
        context.forward(DeadLetters.of(record, where, why), SchedulerTopology.deadLetterSink(where.topic()));
    }

    private static RecordMetadata where(ProcessorContext<String, byte[]> context) {
        // Present whenever a record is processed; only a punctuation has none.
        return context.recordMetadata().orElseThrow();
    }
}
