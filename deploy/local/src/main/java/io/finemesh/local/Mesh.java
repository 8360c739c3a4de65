package io.finemesh.local;

import io.finemesh.local.broker.BrokerExit;
import io.finemesh.local.home.HomeLock;
import io.finemesh.local.home.Leftovers;
import io.finemesh.local.home.MeshHome;
import io.finemesh.local.home.MeshReport.Phase;
import io.finemesh.local.home.MeshReport.State;
import io.finemesh.local.process.Child;
import io.finemesh.local.storage.StorageCredentials;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mesh: broker and object store in this JVM, the services as child processes.
 *
 * <p>Start: (1) the home is locked, (2) what a killed mesh left behind is ended, (3) the ports are checked, (4) broker and object
 * store start side by side, (5) topics and bucket are made, (6) the services start, all at once and in no particular order. Whatever
 * fails undoes the earlier steps. End: the services in reverse order, then the broker and the object store, then the lock.
 */
public final class Mesh implements AutoCloseable {
    static final String KAFKA = "kafka";
    static final String STORAGE = "s3";

    private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);

    private final MeshLayout layout;
    private final Clock clock;
    private final ComponentBoard board;
    private final Preflight preflight;
    private final Backbone backbone;
    private final RunningServices services;
    /** Completed with the reason when the mesh cannot go on, with nothing when it was closed. */
    private final CompletableFuture<Optional<String>> end = new CompletableFuture<>();

    private Optional<HomeLock> lock = Optional.empty();
    private Optional<LogRouting> logs = Optional.empty();
    private Optional<Thread> endHook = Optional.empty();
    private boolean closed;

    Mesh(MeshLayout layout, Clock clock, MeshListener listener) {
        this.layout = layout;
        this.clock = clock;
        this.board = new ComponentBoard(layout, clock, listener);
        this.preflight = new Preflight(layout);
        this.backbone = new Backbone(layout, clock, board, this::brokerGaveUp);
        this.services = new RunningServices(layout, clock, board);
    }

    /**
     * Starts a mesh and returns when its broker and object store work and its services are starting. It is closed when this process ends,
     * if not before: services never outlive who started them, unless that is killed.
     *
     * @throws MeshException when it cannot be started: it runs already, ports are taken, the build is missing
     */
    public static Mesh start(MeshLayout layout) {
        Mesh mesh = new Mesh(layout, Clock.systemUTC(), MeshListener.SILENT);
        mesh.open();
        mesh.endWithProcess();
        return mesh;
    }

    private synchronized void endWithProcess() {
        Thread hook = Thread.ofPlatform().name("close-mesh").unstarted(this::end);
        Runtime.getRuntime().addShutdownHook(hook);
        endHook = Optional.of(hook);
    }

    /** Steps 1 to 6. */
    synchronized void open() {
        if (closed) {
            return;
        }
        try {
            preflight.checkBuild();
            lock = Optional.of(preflight.lockHome());
            endLeftovers();
            if (layout.fresh()) {
                layout.home().clear();
            }
            preflight.checkPorts();
            logs = Optional.of(LogRouting.attach(layout.home()));
            board.phase(Phase.STARTING);
            StorageCredentials credentials =
                    StorageCredentials.loadOrCreate(layout.home().credentials(), new SecureRandom());
            backbone.start(credentials);
            services.start(credentials);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            close();
            throw new MeshException("Interrupted while starting", interrupted);
        } catch (IOException failure) {
            close();
            throw new MeshException(
                    "Files under " + layout.home().directory() + " cannot be written: " + failure, failure);
        } catch (RuntimeException failure) {
            close();
            throw failure instanceof MeshException known ? known : new MeshException(failure.getMessage(), failure);
        }
    }

    /** As {@link #awaitReady(Duration)} with the layout's limit. */
    public void awaitReady() throws InterruptedException {
        awaitReady(layout.readyLimit());
    }

    /**
     * Returns when every service is ready.
     *
     * @throws MeshException when one is not within the limit, or has no prospect of becoming ready; the message has the end of its log
     */
    public void awaitReady(Duration limit) throws InterruptedException {
        Instant deadline = clock.instant().plus(limit);
        board.await(deadline, () -> end.isDone() || services.allReady() || services.isHopeless());
        if (end.isDone()) {
            throw new MeshException(end.join().orElse("The mesh was stopped before it was ready"));
        }
        if (!services.allReady()) {
            throw new MeshException(services.explain(limit));
        }
        board.phase(Phase.UP);
    }

    /**
     * Ends a service as a crash would (SIGKILL). It is gone when this returns and is started again after a short wait; {@link
     * #awaitReady()} then waits for the new process.
     *
     * @throws MeshException when there is no such service or it is not running
     */
    public void kill(String service) throws InterruptedException {
        services.kill(service);
    }

    /** Process id of a service, if it runs at the moment. */
    public Optional<Long> pid(String service) {
        return services.pid(service);
    }

    /** Stops the broker; the services go on without it. */
    public void stopBroker() {
        backbone.stopBroker();
    }

    /** Starts the broker again, over the records it had. */
    public void startBroker() {
        backbone.startBroker();
    }

    /** Stops the object store; the services go on without it. */
    public void stopStorage() {
        backbone.stopStorage();
    }

    /** Starts the object store again, over the objects it had. */
    public void startStorage() {
        backbone.startStorage(credentials());
    }

    /** Address of the gateway. */
    public URI gateway() {
        return layout.gateway();
    }

    /** HTTP address of a service. */
    public URI address(String service) {
        return layout.services().stream()
                .filter(definition -> definition.name().equals(service))
                .map(definition -> layout.address(definition.portOffset()))
                .findFirst()
                .orElseThrow(() -> layout.unknown(service));
    }

    public String bootstrapServers() {
        return layout.bootstrapServers();
    }

    public URI storageEndpoint() {
        return layout.storageEndpoint();
    }

    public String bucket() {
        return MeshLayout.BUCKET;
    }

    public StorageCredentials credentials() {
        return StorageCredentials.loadOrCreate(layout.home().credentials(), new SecureRandom());
    }

    public MeshHome home() {
        return layout.home();
    }

    /** The output of a component: a service's name, {@code kafka}, {@code s3} or {@code mesh}. */
    public Path log(String component) {
        return layout.home().log(component).path();
    }

    /** Blocks until the mesh was closed (empty) or cannot go on (why). */
    Optional<String> awaitEnd() throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("The end of a mesh is never exceptional", impossible);
        }
    }

    /** Ends the mesh in good order. A second call does nothing. */
    @Override
    public void close() {
        end();
    }

    /** The same; says whether there was something to end. */
    synchronized boolean end() {
        if (closed) {
            return false;
        }
        closed = true;
        boolean held = lock.isPresent();
        if (held) {
            board.phase(Phase.STOPPING);
        }
        for (Child child : services.lastFirst()) {
            attempt(child.name(), () -> child.stop(layout.drainLimit()));
        }
        attempt(KAFKA, backbone::stopBroker);
        attempt(STORAGE, backbone::stopStorage);
        attempt("services", services::close);
        if (held) {
            attempt("report", board::remove);
        }
        logs.ifPresent(LogRouting::close);
        lock.ifPresent(file -> attempt("lock", file::close));
        end.complete(Optional.empty());
        board.wake();
        endHook.ifPresent(Mesh::forget);
        return held;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException processIsEnding) {
            LOG.debug("The mesh ended with its process");
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    /** One part that does not end well does not keep the others from ending. */
    private static void attempt(String part, Step step) {
        try {
            step.run();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            LOG.warn("Interrupted while {} was ending", part);
        } catch (Exception failure) {
            LOG.error("{} did not end in good order", part, failure);
        }
    }

    private void endLeftovers() throws InterruptedException {
        for (Leftovers.Leftover leftover : Leftovers.of(layout.home())) {
            board.note(leftover.name() + " (process " + leftover.process().pid()
                    + ") outlived a mesh that was killed; it is ended");
            leftover.stop();
        }
    }

    private void brokerGaveUp(BrokerExit exit) {
        board.set(KAFKA, State.FAILED, exit.describe());
        end.complete(Optional.of(exit.describe() + ": " + log(KAFKA)));
        board.wake();
    }
}
