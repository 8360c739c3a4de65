package io.finemesh.local;

import io.finemesh.local.broker.BrokerExit;
import io.finemesh.local.broker.BrokerSettings;
import io.finemesh.local.broker.EmbeddedBroker;
import io.finemesh.local.broker.TopicCatalogue;
import io.finemesh.local.home.HomeLock;
import io.finemesh.local.home.Leftovers;
import io.finemesh.local.home.MeshHome;
import io.finemesh.local.home.MeshReport.Phase;
import io.finemesh.local.home.MeshReport.State;
import io.finemesh.local.ports.PortPlan;
import io.finemesh.local.process.Child;
import io.finemesh.local.process.ChildState;
import io.finemesh.local.process.Launch;
import io.finemesh.local.storage.EmbeddedStorage;
import io.finemesh.local.storage.StorageCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
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
    private static final int SHOWN_LOG_LINES = 20;

    /** A service that never was ready and failed this often in a row will not become ready by being started again. */
    private static final int HOPELESS_FAILURES = 3;

    private final MeshLayout layout;
    private final Clock clock;
    private final ComponentBoard board;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final List<Child> children = new ArrayList<>();
    /** Completed with the reason when the mesh cannot go on, with nothing when it was closed. */
    private final CompletableFuture<Optional<String>> end = new CompletableFuture<>();

    private Optional<HomeLock> lock = Optional.empty();
    private Optional<LogRouting> logs = Optional.empty();
    private Optional<EmbeddedBroker> broker = Optional.empty();
    private Optional<EmbeddedStorage> storage = Optional.empty();
    private boolean closed;

    Mesh(MeshLayout layout, Clock clock, MeshListener listener) {
        this.layout = layout;
        this.clock = clock;
        this.board = new ComponentBoard(layout, clock, listener);
    }

    /**
     * Starts a mesh and returns when its broker and object store work and its services are starting.
     *
     * @throws MeshException when it cannot be started: it runs already, ports are taken, the build is missing
     */
    public static Mesh start(MeshLayout layout) {
        Mesh mesh = new Mesh(layout, Clock.systemUTC(), MeshListener.SILENT);
        mesh.open();
        return mesh;
    }

    /** Steps 1 to 6. */
    synchronized void open() {
        if (closed) {
            return;
        }
        try {
            checkBuild();
            lock = Optional.of(lockHome());
            endLeftovers();
            if (layout.fresh()) {
                layout.home().clear();
            }
            checkPorts();
            logs = Optional.of(LogRouting.attach(layout.home()));
            board.phase(Phase.STARTING);
            StorageCredentials credentials =
                    StorageCredentials.loadOrCreate(layout.home().credentials(), new SecureRandom());
            startBrokerAndStorage(credentials);
            startServices(credentials);
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
        board.await(deadline, () -> end.isDone() || children.stream().allMatch(Mesh::isReady) || isHopeless());
        if (end.isDone()) {
            throw new MeshException(end.join().orElse("The mesh was stopped before it was ready"));
        }
        List<Child> late = children.stream().filter(child -> !isReady(child)).toList();
        if (!late.isEmpty()) {
            throw new MeshException(explain(late, limit));
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
        try {
            child(service).kill();
        } catch (IllegalStateException notRunning) {
            throw new MeshException(notRunning.getMessage(), notRunning);
        }
    }

    /** Process id of a service, if it runs at the moment. */
    public Optional<Long> pid(String service) {
        var pid = child(service).state().pid();
        return pid.isPresent() ? Optional.of(pid.getAsLong()) : Optional.empty();
    }

    /** Stops the broker; the services go on without it. */
    public synchronized void stopBroker() {
        broker.ifPresent(running -> {
            board.set(KAFKA, State.STOPPING, "");
            broker = Optional.empty();
            running.close();
            board.set(KAFKA, State.STOPPED, "");
        });
    }

    /** Starts the broker again, over the records it had. */
    public synchronized void startBroker() {
        if (broker.isEmpty()) {
            broker = Optional.of(startBrokerNow());
        }
    }

    /** Stops the object store; the services go on without it. */
    public synchronized void stopStorage() {
        storage.ifPresent(running -> {
            board.set(STORAGE, State.STOPPING, "");
            storage = Optional.empty();
            running.close();
            board.set(STORAGE, State.STOPPED, "");
        });
    }

    /** Starts the object store again, over the objects it had. */
    public synchronized void startStorage() {
        if (storage.isEmpty()) {
            storage = Optional.of(startStorageNow(credentials()));
        }
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
                .orElseThrow(() -> unknown(service));
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
        for (Child child : children.reversed()) {
            attempt(child.name(), () -> child.stop(layout.drainLimit()));
        }
        attempt(KAFKA, this::stopBroker);
        attempt(STORAGE, this::stopStorage);
        attempt("http", http::close);
        if (held) {
            attempt("report", board::remove);
        }
        logs.ifPresent(LogRouting::close);
        lock.ifPresent(file -> attempt("lock", file::close));
        end.complete(Optional.empty());
        board.wake();
        return held;
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

    private void checkBuild() {
        List<String> missing = layout.services().stream()
                .flatMap(service -> service.program().stream())
                .filter(program -> !Files.exists(program))
                .map(program -> layout.root().relativize(program).toString())
                .toList();
        if (!missing.isEmpty()) {
            throw new MeshException("Not built yet: " + String.join(", ", missing)
                    + ". Start the mesh with ./finemesh up, which builds, or run" + " `mvn -DskipTests package` first");
        }
    }

    private HomeLock lockHome() throws IOException {
        return HomeLock.acquire(layout.home())
                .orElseThrow(() -> new MeshException((layout.fresh() ? "--fresh refused: a" : "A")
                        + " mesh already uses "
                        + layout.home().directory() + ": "
                        + HomeLock.holder(layout.home()).map(Object::toString).orElse("a process that cannot be named")
                        + ".\nSee it with ./finemesh status, stop it with ./finemesh down, or start a second one with "
                        + MeshLayout.HOME_VARIABLE + "=<another folder> " + MeshLayout.PORT_VARIABLE
                        + "=<another first port>"));
    }

    private void endLeftovers() throws InterruptedException {
        for (Leftovers.Leftover leftover : Leftovers.of(layout.home())) {
            board.note(leftover.name() + " (process " + leftover.process().pid()
                    + ") outlived a mesh that was killed; it is ended");
            leftover.stop();
        }
    }

    private void checkPorts() {
        List<String> conflicts = PortPlan.conflicts(layout.portUses());
        if (!conflicts.isEmpty()) {
            throw new MeshException("Ports are taken:\n  " + String.join("\n  ", conflicts)
                    + "\nStop what holds them, or choose others:"
                    + " " + MeshLayout.PORT_VARIABLE + "=<first port> ./finemesh up (now "
                    + layout.ports().base() + ")");
        }
    }

    private void startBrokerAndStorage(StorageCredentials credentials) throws InterruptedException {
        CompletableFuture<EmbeddedStorage> storing = inOwnThread(STORAGE, () -> startStorageNow(credentials));
        try {
            broker = Optional.of(startBrokerNow());
        } finally {
            // Waited for in any case: what has been started must be stopped again if the other failed.
            storage = finish(storing);
        }
        if (storage.isEmpty()) {
            throw new MeshException(storing.exceptionNow().getMessage(), storing.exceptionNow());
        }
    }

    private EmbeddedBroker startBrokerNow() {
        Instant begin = clock.instant();
        board.set(KAFKA, State.STARTING, "");
        EmbeddedBroker started = EmbeddedBroker.start(
                new BrokerSettings(
                        layout.home().kafka(),
                        layout.ports().kafka(),
                        layout.ports().kafkaController()),
                this::brokerGaveUp);
        TopicCatalogue.Outcome topics = TopicCatalogue.ofContract().apply(started.bootstrapServers());
        board.set(
                KAFKA,
                State.READY,
                ComponentBoard.after(begin, clock.instant()) + ", " + topics.created() + " topics created, "
                        + (topics.changed() + topics.unchanged()) + " found");
        return started;
    }

    private EmbeddedStorage startStorageNow(StorageCredentials credentials) {
        Instant begin = clock.instant();
        board.set(STORAGE, State.STARTING, "");
        EmbeddedStorage started = EmbeddedStorage.start(
                layout.home().storage(), layout.ports().storage(), credentials, MeshLayout.BUCKET);
        board.set(STORAGE, State.READY, ComponentBoard.after(begin, clock.instant()));
        return started;
    }

    private void brokerGaveUp(BrokerExit exit) {
        board.set(KAFKA, State.FAILED, exit.describe());
        end.complete(Optional.of(exit.describe() + ": " + log(KAFKA)));
        board.wake();
    }

    private void startServices(StorageCredentials credentials) throws IOException {
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

    private boolean isHopeless() {
        return children.stream()
                .anyMatch(child -> child.state() instanceof ChildState.BackingOff backingOff
                                && !backingOff.everReady()
                                && backingOff.failures() >= HOPELESS_FAILURES
                        || child.state() instanceof ChildState.Stopped);
    }

    private static boolean isReady(Child child) {
        return child.state() instanceof ChildState.Ready;
    }

    private String explain(List<Child> late, Duration limit) {
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

    private Child child(String service) {
        return children.stream()
                .filter(candidate -> candidate.name().equals(service))
                .findFirst()
                .orElseThrow(() -> unknown(service));
    }

    private MeshException unknown(String service) {
        return new MeshException("There is no service \"" + service + "\"; there are "
                + String.join(
                        ", ",
                        layout.services().stream().map(ServiceDefinition::name).toList()));
    }

    private static <T> CompletableFuture<T> inOwnThread(String name, Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().name("start-" + name).start(() -> {
            try {
                result.complete(work.get());
            } catch (RuntimeException | Error failure) {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    private static <T> Optional<T> finish(CompletableFuture<T> future) throws InterruptedException {
        try {
            return Optional.of(future.get());
        } catch (ExecutionException askedForByTheCaller) {
            return Optional.empty();
        }
    }
}
