package io.finemesh.local;

import io.finemesh.local.home.MeshReport;
import io.finemesh.local.home.MeshReport.Component;
import io.finemesh.local.home.MeshReport.Phase;
import io.finemesh.local.home.MeshReport.ProcessIdentity;
import io.finemesh.local.home.MeshReport.State;
import io.finemesh.local.process.Child;
import io.finemesh.local.process.ChildState;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where every component stands: kept here, written to the home, told to the listener. */
final class ComponentBoard {
    private static final Logger LOG = LoggerFactory.getLogger(ComponentBoard.class);

    private final MeshLayout layout;
    private final Clock clock;
    private final MeshListener listener;
    private final Map<String, Component> components = new LinkedHashMap<>();
    private Phase phase = Phase.STARTING;
    /** Nothing is written into a home that another mesh may hold. */
    private boolean published;

    ComponentBoard(MeshLayout layout, Clock clock, MeshListener listener) {
        this.layout = layout;
        this.clock = clock;
        this.listener = listener;
        add(Mesh.KAFKA, layout.bootstrapServers());
        add(Mesh.STORAGE, layout.storageEndpoint().toString());
        layout.services()
                .forEach(service ->
                        add(service.name(), layout.address(service.portOffset()).toString()));
    }

    synchronized void phase(Phase next) {
        phase = next;
        published = true;
        publish();
    }

    synchronized State state(String name) {
        return components.get(name).state();
    }

    /** A component of this process. */
    synchronized void set(String name, State state, String detail) {
        change(name, state, state == State.STOPPED ? null : ProcessIdentity.of(ProcessHandle.current()), detail);
    }

    /** A child. */
    synchronized void changed(Child child) {
        ChildState state = child.state();
        ProcessIdentity process = state.pid().isPresent()
                ? ProcessHandle.of(state.pid().getAsLong())
                        .map(ProcessIdentity::of)
                        .orElse(null)
                : null;
        change(child.name(), word(state), process, describe(state));
    }

    synchronized void note(String message) {
        LOG.info(message);
        listener.note(message);
    }

    /** Returns when the condition holds or the time has come; asks again at each change. */
    synchronized void await(Instant deadline, BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            long left = Duration.between(clock.instant(), deadline).toMillis();
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    /** Something changed that is not on the board. */
    synchronized void wake() {
        notifyAll();
    }

    synchronized void remove() throws IOException {
        published = false;
        MeshReport.remove(layout.home());
    }

    /** A state in words for people. */
    static String describe(ChildState state) {
        return switch (state) {
            case ChildState.Idle idle -> "";
            case ChildState.Starting starting -> "process " + starting.process();
            case ChildState.Ready ready -> "after " + seconds(ready.startup()) + ", process " + ready.process();
            case ChildState.Unready unready -> "process " + unready.process() + " says it cannot work at the moment";
            case ChildState.BackingOff backingOff ->
                backingOff.reason() + ", started again in " + seconds(backingOff.pause()) + ", failures in a row: "
                        + backingOff.failures();
            case ChildState.Stopping stopping -> "process " + stopping.process();
            case ChildState.Stopped stopped -> stopped.reason();
        };
    }

    static String after(Instant begin, Instant end) {
        return "after " + seconds(Duration.between(begin, end));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static State word(ChildState state) {
        return switch (state) {
            case ChildState.Idle idle -> State.WAITING;
            case ChildState.Starting starting -> State.STARTING;
            case ChildState.Ready ready -> State.READY;
            case ChildState.Unready unready -> State.NOT_READY;
            case ChildState.BackingOff backingOff -> State.RESTARTING;
            case ChildState.Stopping stopping -> State.STOPPING;
            case ChildState.Stopped stopped -> State.STOPPED;
        };
    }

    private void add(String name, String address) {
        components.put(
                name, new Component(name, State.WAITING, null, clock.instant().toString(), address, ""));
    }

    private void change(String name, State state, ProcessIdentity process, String detail) {
        Component before = components.get(name);
        Component now = new Component(name, state, process, clock.instant().toString(), before.address(), detail);
        components.put(name, now);
        LOG.info("{}: {} {}", name, state, detail);
        publish();
        listener.changed(now);
        notifyAll();
    }

    private void publish() {
        if (!published) {
            return;
        }
        try {
            new MeshReport(
                            ProcessIdentity.of(ProcessHandle.current()),
                            phase,
                            layout.gateway().toString(),
                            layout.bootstrapServers(),
                            layout.storageEndpoint().toString(),
                            List.copyOf(components.values()))
                    .write(layout.home());
        } catch (IOException unwritable) {
            // The mesh itself goes on; status shows an older state until the disk takes files again.
            LOG.error("The state of the mesh cannot be written: {}", unwritable.toString());
        }
    }
}
