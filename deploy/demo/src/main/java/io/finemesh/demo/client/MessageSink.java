package io.finemesh.demo.client;

import java.util.List;

/** Where messages go. */
public interface MessageSink extends AutoCloseable {
    /** Sends messages and returns when they are safe. */
    void send(List<String> messages) throws GatewayException;

    @Override
    void close();

    /** Makes a sink for a topic; whoever asks for one closes it. */
    @FunctionalInterface
    interface Source {
        /** The sink for a topic, which is made if it is not there. */
        MessageSink open(String topic) throws GatewayException;
    }
}
