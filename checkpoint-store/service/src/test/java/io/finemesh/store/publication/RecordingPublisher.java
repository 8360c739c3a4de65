package io.finemesh.store.publication;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;

/** Keeps what was published, and fails when it is told to. Every message is encoded, so that one that does not belong on its topic fails. */
public final class RecordingPublisher implements EventPublisher {
    private final EventCodec codec = new EventCodec();
    private final List<Envelope<?>> published = new CopyOnWriteArrayList<>();
    private volatile IntFunction<Failure> failures = attempt -> Failure.NONE;
    private int attempts;

    /** What goes wrong. */
    public enum Failure {
        NONE,
        /** The broker did not get it. */
        REFUSED,
        /** The broker got it, and nobody heard. */
        REPLY_LOST
    }

    /** From now on attempts fail so, counted from 0. */
    public synchronized void fail(IntFunction<Failure> plan) {
        failures = plan;
        attempts = 0;
    }

    /** Everything that is on any topic. */
    public List<Envelope<?>> published() {
        return List.copyOf(published);
    }

    /** Bodies of one type. */
    public <T extends Message> List<T> bodies(Class<T> type) {
        return published.stream()
                .map(Envelope::body)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    public void clear() {
        published.clear();
    }

    @Override
    public synchronized <T extends Message> void publish(Topic<? super T> topic, Envelope<T> envelope) {
        codec.encode(topic, envelope);
        Failure failure = failures.apply(attempts++);
        if (failure != Failure.REFUSED) {
            published.add(envelope);
        }
        if (failure != Failure.NONE) {
            throw new PublicationException("the broker did not confirm", null);
        }
    }
}
