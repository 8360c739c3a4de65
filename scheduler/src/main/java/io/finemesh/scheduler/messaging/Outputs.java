package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.scheduler.announcement.Announcement;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Announcements on their way out. */
final class Outputs {
    private Outputs() {}

    static <T extends Message> void send(
            EventCodec codec, ProcessorContext<String, byte[]> context, Announcement<T> announcement) {
        send(codec, context, "", announcement);
    }

    /** @param speaker what sinks are named after whose topics others write to as well */
    static <T extends Message> void send(
            EventCodec codec, ProcessorContext<String, byte[]> context, String speaker, Announcement<T> announcement) {
        var envelope = announcement.envelope();
        context.forward(
                new Record<>(
                        envelope.key(),
                        codec.value(envelope.body()),
                        envelope.time().toEpochMilli(),
                        codec.headers(announcement.topic(), envelope)),
                speaker + SchedulerTopology.sink(announcement.topic()));
    }
}
