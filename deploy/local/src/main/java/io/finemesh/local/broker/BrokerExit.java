package io.finemesh.local.broker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Kafka wanted when it tried to end the process. The broker shares this JVM with the object store and the supervisor, so its
 * fatal errors are logged and reported instead, and the thread that met them ends.
 *
 * @param status exit status that Kafka asked for
 * @param message Kafka's reason, possibly empty
 */
public record BrokerExit(int status, String message) {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerExit.class);
    private static final List<Consumer<BrokerExit>> LISTENERS = new CopyOnWriteArrayList<>();

    static void addListener(Consumer<BrokerExit> listener) {
        LISTENERS.add(listener);
        Exit.setExitProcedure(BrokerExit::refuse);
        Exit.setHaltProcedure(BrokerExit::refuse);
    }

    static void removeListener(Consumer<BrokerExit> listener) {
        LISTENERS.remove(listener);
    }

    /** What a person is told. */
    public String describe() {
        return "Kafka met a fatal error and stopped (status " + status + (message.isEmpty() ? "" : ", " + message)
                + "); a full or read-only disk is the usual cause, its log says which error it was";
    }

    private static void refuse(int status, String message) {
        BrokerExit exit = new BrokerExit(status, message == null ? "" : message);
        LOG.error(exit.describe(), new ExitRefused(exit));
        LISTENERS.forEach(listener -> listener.accept(exit));
        // Kafka's callers rely on not getting control back.
        throw new ExitRefused(exit);
    }

    private static final class ExitRefused extends Error {
        private static final long serialVersionUID = 1L;

        ExitRefused(BrokerExit exit) {
            super(exit.describe());
        }
    }
}
