package io.finemesh.local.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running Kafka node in combined mode (broker and controller), on loopback only. Starting over a directory that was used before
 * continues with its records, offsets and transactions, whether or not it was stopped in good order.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final BrokerSettings settings;
    private final Consumer<BrokerExit> exitListener;
    private final KafkaRaftServer server;

    private EmbeddedBroker(BrokerSettings settings, Consumer<BrokerExit> exitListener, KafkaRaftServer server) {
        this.settings = settings;
        this.exitListener = exitListener;
        this.server = server;
    }

    /**
     * Formats the directory if it is new and starts the node; returns when it accepts clients.
     *
     * @param exitListener told, at most a few times, when Kafka gives up later
     * @throws BrokerException when it does not start; what had been started is stopped again
     */
    public static EmbeddedBroker start(BrokerSettings settings, Consumer<BrokerExit> exitListener) {
        BrokerExit.addListener(exitListener);
        KafkaRaftServer server = null;
        try {
            Files.createDirectories(settings.directory());
            format(settings);
            server = new KafkaRaftServer(new KafkaConfig(settings.toProperties(), false), Time.SYSTEM);
            server.startup();
            return new EmbeddedBroker(settings, exitListener, server);
        } catch (Exception | Error failure) {
            BrokerExit.removeListener(exitListener);
            if (server != null) {
                shutDownAfter(failure, server);
            }
            throw new BrokerException(
                    "The Kafka broker did not start over " + settings.directory() + " on port " + settings.port() + ": "
                            + failure.getMessage(),
                    failure);
        }
    }

    public String bootstrapServers() {
        return settings.bootstrapServers();
    }

    /** Stops in good order: clients are disconnected, logs are flushed. After a fatal error that may never end; it is not waited for long. */
    @Override
    public void close() {
        BrokerExit.removeListener(exitListener);
        Thread stopping = Thread.ofPlatform().daemon().name("stop-kafka").start(() -> {
            server.shutdown();
            server.awaitShutdown();
        });
        try {
            if (!stopping.join(STOP_LIMIT)) {
                LOG.error(
                        "Kafka did not stop within {} s; its records are recovered at the next start",
                        STOP_LIMIT.toSeconds());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void format(BrokerSettings settings) throws Exception {
        try (LineLogger lines = new LineLogger();
                PrintStream log = new PrintStream(lines, true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(log)
                    .setClusterId(BrokerSettings.CLUSTER_ID)
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                    .addDirectory(settings.directory().toString())
                    .setMetadataLogDirectory(settings.directory().toString())
                    .setIgnoreFormatted(true)
                    .run();
        }
    }

    private static void shutDownAfter(Throwable failure, KafkaRaftServer server) {
        try {
            server.shutdown();
        } catch (RuntimeException | Error second) {
            failure.addSuppressed(second);
        }
    }

    /** The formatter prints its progress; it belongs in the log. */
    private static final class LineLogger extends OutputStream {
        private final StringBuilder line = new StringBuilder();

        @Override
        public void write(int character) {
            if (character == '\n') {
                LOG.info("{}", line);
                line.setLength(0);
            } else {
                line.append((char) character);
            }
        }
    }

    /** The broker, or something asked of it at start, failed for a reason that stands in the message. */
    public static final class BrokerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokerException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
