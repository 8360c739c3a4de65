package io.finemesh.local;

import io.finemesh.local.home.MeshReport.State;
import io.finemesh.local.process.Child;
import io.finemesh.local.process.ChildState;
import io.finemesh.local.process.Launch;
import io.finemesh.local.storage.StorageCredentials;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The services as child processes. */
final class RunningServices {
    private static final int SHOWN_LOG_LINES = 20;

    /** A service that never was ready and failed this often in a row will not become ready by being started again. */
    private static final int HOPELESS_FAILURES = 3;

    private final MeshLayout layout;
    private final Clock clock;
    private final ComponentBoard board;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final List<Child> children = new ArrayList<>();

    RunningServices(MeshLayout layout, Clock clock, ComponentBoard board) {
        this.layout = layout;
        this.clock = clock;
        this.board = board;
    }

    /** All at once: none needs another to be there first. */
    void start(StorageCredentials credentials) throws IOException {
        for (ServiceDefinition service : layout.services()) {
            Path data = layout.home().data(service.name());
            Files.createDirectories(data);
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(service.javaArguments());
            Launch launch = new Launch(
                    service.name(),
                    command,
                    ServiceEnvironment.of(service, layout, credentials),
                    data,
                    layout.home().log(service.name()),
                    layout.address(service.portOffset()).resolve("/q/health/ready"));
            children.add(new Child(launch, layout.restartPolicy(), clock, http, board::changed));
        }
        children.forEach(Child::start);
    }

    boolean allReady() {
        return children.stream().allMatch(this::isReady);
    }

    /** Whether one of them has no prospect of becoming ready. */
    boolean isHopeless() {
        return children.stream()
                .anyMatch(child -> child.state() instanceof ChildState.BackingOff backingOff
                                && !backingOff.everReady()
                                && backingOff.failures() >= HOPELESS_FAILURES
                        || child.state() instanceof ChildState.Stopped);
    }

    /** By the board: what it shows has been written down and told. */
    private boolean isReady(Child child) {
        return board.state(child.name()) == State.READY;
    }

    /** Those that are not ready, each with its state and the end of its log. */
    String explain(Duration limit) {
        List<Child> late = children.stream().filter(child -> !isReady(child)).toList();
        StringBuilder text = new StringBuilder(
                isHopeless()
                        ? "A service does not start."
                        : String.format(Locale.ROOT, "Not ready after %d s.", limit.toSeconds()));
        for (Child child : late) {
            text.append("\n\n").append(child.name()).append(": ").append(ComponentBoard.describe(child.state()));
            List<String> lines = tail(child);
            text.append(lines.isEmpty() ? "\n  (its log is empty)" : "\n  last " + lines.size() + " lines of its log:");
            lines.forEach(line -> text.append("\n  | ").append(line));
            text.append("\n  the whole log: ").append(child.launch().log().path());
        }
        return text.append("\n\nAfter the cause is gone, ./finemesh up continues with what is in ")
                .append(layout.home().directory())
                .append("; ./finemesh up --fresh starts empty.")
                .toString();
    }

    private static List<String> tail(Child child) {
        try {
            return child.launch().log().tail(SHOWN_LOG_LINES);
        } catch (IOException unreadable) {
            return List.of("(its log cannot be read: " + unreadable + ")");
        }
    }

    void kill(String service) throws InterruptedException {
        try {
            child(service).kill();
        } catch (IllegalStateException notRunning) {
            throw new MeshException(notRunning.getMessage(), notRunning);
        }
    }

    Optional<Long> pid(String service) {
        var pid = child(service).state().pid();
        return pid.isPresent() ? Optional.of(pid.getAsLong()) : Optional.empty();
    }

    /** In the order in which they end. */
    List<Child> lastFirst() {
        return children.reversed();
    }

    /** After the last of them has ended. */
    void close() {
        http.close();
    }

    private Child child(String service) {
        return children.stream()
                .filter(candidate -> candidate.name().equals(service))
                .findFirst()
                .orElseThrow(() -> layout.unknown(service));
    }
}
