package io.finemesh.local;

import io.finemesh.local.home.MeshHome;
import io.finemesh.local.process.LogFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sends what the broker, the object store and the mesh itself log to a file each, and keeps it off the console. */
final class LogRouting implements AutoCloseable {
    private static final Map<String, List<String>> LOGGERS = Map.of(
            Mesh.KAFKA,
            List.of("kafka", "org.apache.kafka", "state.change.logger"),
            Mesh.STORAGE,
            List.of("org.gaul"),
            "mesh",
            List.of("io.finemesh.local"));

    /** Loggers that tell their whole configuration at each start. */
    private static final List<String> TALKATIVE =
            List.of("org.apache.kafka.clients", "org.apache.kafka.common.config", "kafka.utils");

    /** The JDK holds loggers weakly: one that nobody holds forgets its level and its handler. */
    private final Map<Logger, Handler> routes = new LinkedHashMap<>();

    private final List<Logger> quiet = new ArrayList<>();

    private LogRouting() {}

    static LogRouting attach(MeshHome home) {
        LogRouting routing = new LogRouting();
        LOGGERS.forEach((component, names) -> {
            Handler handler = new FileHandler(home.log(component));
            for (String name : names) {
                Logger logger = Logger.getLogger(name);
                logger.setUseParentHandlers(false);
                logger.addHandler(handler);
                routing.routes.put(logger, handler);
            }
        });
        for (String name : TALKATIVE) {
            Logger logger = Logger.getLogger(name);
            logger.setLevel(Level.WARNING);
            routing.quiet.add(logger);
        }
        return routing;
    }

    @Override
    public void close() {
        routes.forEach((logger, handler) -> {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
            handler.close();
        });
        quiet.forEach(logger -> logger.setLevel(null));
    }

    /**
     * The JDK's log manager closes every handler as soon as the process is asked to end; the drain that then begins is worth reading, so
     * this one leaves them open. Chosen by {@link Main} before the first logger is made.
     */
    public static final class PatientLogManager extends LogManager {
        @Override
        public void reset() {
            // Handlers are closed by the mesh, after its last message.
        }
    }

    /** One line a record, in UTC, then the stack trace if there is one; the file is moved aside when it has grown too large. */
    private static final class FileHandler extends Handler {
        private final LogFile log;

        FileHandler(LogFile log) {
            this.log = log;
            setFormatter(new LineFormatter());
        }

        @Override
        public synchronized void publish(LogRecord logRecord) {
            if (!isLoggable(logRecord)) {
                return;
            }
            try {
                log.rotate();
                Files.writeString(
                        log.path(),
                        getFormatter().format(logRecord),
                        StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException failure) {
                reportError(null, failure, ErrorManager.WRITE_FAILURE);
            }
        }

        @Override
        public void flush() {
            // Every record is written at once.
        }

        @Override
        public void close() {
            // Nothing is kept open.
        }
    }

    private static final class LineFormatter extends Formatter {
        @Override
        public String format(LogRecord logRecord) {
            StringWriter text = new StringWriter();
            text.append(logRecord.getInstant().truncatedTo(ChronoUnit.MILLIS).toString())
                    .append(' ')
                    .append(logRecord.getLevel().getName())
                    .append(' ')
                    .append(String.valueOf(logRecord.getLoggerName()))
                    .append(" - ")
                    .append(formatMessage(logRecord))
                    .append('\n');
            if (logRecord.getThrown() != null) {
                logRecord.getThrown().printStackTrace(new PrintWriter(text, true));
            }
            return text.toString();
        }
    }
}
