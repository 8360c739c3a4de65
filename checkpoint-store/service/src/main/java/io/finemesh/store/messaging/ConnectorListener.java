package io.finemesh.store.messaging;

import io.finemesh.contract.connector.ConnectorEvent;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.store.connector.ConnectorDesk;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** Hands what is set about connectors to the desk. The whole topic is read at each start, since it is the state; nothing is ever committed as read. */
@ApplicationScoped
public class ConnectorListener {
    /** Channel of connectors. */
    public static final String CHANNEL = "connectors";

    private static final Logger LOG = Logger.getLogger(ConnectorListener.class);

    private final ConnectorDesk desk;
    private final RecordDecoder records = new RecordDecoder();

    ConnectorListener(ConnectorDesk desk) {
        this.desk = desk;
    }

    /** Takes one record. */
    @Incoming(CHANNEL)
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> on(Message<byte[]> message) {
        ConnectorEvent event;
        try {
            event = records.decode(Topics.CONNECTORS, message).body();
        } catch (UnreadableRecordException unreadable) {
            LOG.warnf("to the dead-letter topic: %s", unreadable.getMessage());
            return message.nack(unreadable);
        }
        desk.apply(event);
        return message.ack();
    }
}
