package io.finemesh.gateway.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/**
 * Sends commands to the mesh. A command counts as given when every in-sync replica has it; then it also stands on the board, so
 * that whoever gave it finds it there.
 */
@ApplicationScoped
public class CommandPublisher {
    private final EventCodec codec = new EventCodec();
    private final Producer<String, byte[]> producer;
    private final Board board;
    private final Duration limit;

    /** Opens its producer; the broker need not be there yet. */
    public CommandPublisher(KafkaClients clients, Board board, GatewayConfig config) {
        this.producer = clients.producer();
        this.board = board;
        this.limit = config.kafka().sendTimeout();
    }

    /**
     * Sends a command and waits until it is safe.
     *
     * @throws BrokerUnavailableException when the broker did not confirm it in time; it may have taken it all the same
     */
    public void send(Envelope<? extends RunCommand> command) throws BrokerUnavailableException {
        send(Topics.RUN_COMMANDS, command);
    }

    /**
     * Says something on one of the gateway's topics that it reads itself, and waits until it is safe.
     *
     * @throws BrokerUnavailableException when the broker did not confirm it in time; it may have taken it all the same
     */
    public <T extends Message> void send(Topic<? super T> topic, Envelope<T> command)
            throws BrokerUnavailableException {
        send(topic, ReadTopics.SOURCES.get(topic.name()), command);
    }

    /**
     * Sends something that people want on a topic of the gateway's.
     *
     * @param source what the topic is called on the board
     * @throws BrokerUnavailableException when the broker did not confirm it in time; it may have taken it all the same
     */
    public <T extends Message> void send(Topic<? super T> topic, Source source, Envelope<T> command)
            throws BrokerUnavailableException {
        RecordMetadata written;
        try {
            written = producer.send(codec.encode(topic, command)).get(limit.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw unavailable(failed.getCause());
        } catch (TimeoutException | KafkaException failed) {
            throw unavailable(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw unavailable(interrupted);
        }
        board.apply(List.of(new Occurrence(source, written.offset(), command.id(), command.time(), command.body())));
    }

    private static BrokerUnavailableException unavailable(Throwable cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new BrokerUnavailableException("the broker did not confirm the command (" + reason + ")", cause);
    }

    @PreDestroy
    void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
