package io.finemesh.gateway.fake;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes to the broker in memory; while that is away, every record times out at once. */
final class FakeProducer extends MockProducer<String, byte[]> {
    private final FakeBroker broker;

    FakeProducer(FakeBroker broker) {
        super(true, null, new StringSerializer(), new ByteArraySerializer());
        this.broker = broker;
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
        return send(record, null);
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<String, byte[]> record, Callback callback) {
        if (broker.isAway()) {
            TimeoutException failure = new TimeoutException("Expiring 1 record(s) for " + record.topic());
            if (callback != null) {
                callback.onCompletion(null, failure);
            }
            return CompletableFuture.failedFuture(failure);
        }
        ConsumerRecord<String, byte[]> written = broker.append(record);
        RecordMetadata metadata = new RecordMetadata(
                new TopicPartition(written.topic(), written.partition()), written.offset(), 0, 0, 0, 0);
        if (callback != null) {
            callback.onCompletion(metadata, null);
        }
        return CompletableFuture.completedFuture(metadata);
    }
}
