package io.finemesh.store.publication;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topic;

/** The way to the log. */
public interface EventPublisher {

    /**
     * Sends one message and returns when the broker has it safely.
     *
     * @throws PublicationException if that is not certain; sending it again under the same id is harmless
     */
    <T extends Message> void publish(Topic<? super T> topic, Envelope<T> envelope);
}
