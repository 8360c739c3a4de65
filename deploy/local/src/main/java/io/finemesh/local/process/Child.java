package io.finemesh.local.process;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One child process that is started again whenever it ends by itself, until it is asked to stop. */
public final class Child {
    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final Duration PROBE_WHILE_STARTING = Duration.ofMillis(200);
    private static final Duration PROBE_WHILE_RUNNING = Duration.ofSeconds(1);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);

    private final Launch launch;
    private final RestartPolicy policy;
    private final Clock clock;
    private final HttpClient http;
    private final Consumer<Child> listener;
    private final Thread supervision;

    private volatile ChildState state;
    /** The last state that the listener has been told; guarded by this. */
    private ChildState told;
    /** Guarded by this, like the process: a stop never misses a process that is being started. */
    private boolean stopRequested;

    private Process process;

    /** @param listener told after each change of state, on the supervising thread */
    public Child(Launch launch, RestartPolicy policy, Clock clock, HttpClient http, Consumer<Child> listener) {
        this.launch = launch;
        this.policy = policy;
        this.clock = clock;
        this.http = http;
        this.listener = listener;
        this.state = new ChildState.Idle(clock.instant());
        this.told = state;
        this.supervision = Thread.ofVirtual().name("supervise-" + launch.name()).unstarted(this::supervise);
    }

    public String name() {
        return launch.name();
    }

    public Launch launch() {
        return launch;
    }

    public ChildState state() {
        return state;
    }

    /** Starts the process and its supervision. */
    public void start() {
        supervision.start();
    }

    /**
     * Ends the process at once, as a crash would (SIGKILL), and returns when it is gone and the listener has been told. It will be
     * started again.
     *
     * @throws IllegalStateException when it is not running
     */
    public void kill() throws InterruptedException {
        Process running;
        synchronized (this) {
            running = process;
        }
        if (running == null || !running.isAlive()) {
            throw new IllegalStateException(name() + " is not running: " + state);
        }
        running.destroyForcibly().waitFor();
        synchronized (this) {
            while (told.pid().isPresent() && told.pid().getAsLong() == running.pid()) {
                wait();
            }
        }
    }

    /**
     * Asks the process to end (SIGTERM), waits for it, and ends it by force when it has not gone within the limit.
     *
     * @return whether it went by itself
     */
    public boolean stop(Duration limit) throws InterruptedException {
        Process running;
        synchronized (this) {
            stopRequested = true;
            running = process;
            notifyAll();
        }
        boolean orderly = true;
        if (running != null && running.isAlive()) {
            become(new ChildState.Stopping(running.pid(), clock.instant()));
            running.destroy();
            orderly = running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!orderly) {
                LOG.warn("{} did not end within {} s and is killed", name(), limit.toSeconds());
                running.destroyForcibly().waitFor();
            }
        }
        supervision.join();
        if (!(state instanceof ChildState.Stopped)) {
            become(new ChildState.Stopped(clock.instant(), "never started"));
        }
        return orderly;
    }

    private void supervise() {
        int failures = 0;
        try {
            while (true) {
                Instant started = clock.instant();
                if (!startProcess(started)) {
                    return;
                }
                boolean everReady = watch(started);
                String reason = describeExit(process.exitValue());
                synchronized (this) {
                    if (stopRequested) {
                        become(new ChildState.Stopped(clock.instant(), reason));
                        return;
                    }
                }
                failures = policy.failuresInRow(failures, Duration.between(started, clock.instant()));
                Duration wait = policy.pause(failures);
                LOG.warn("{} {}; it is started again in {} ms", name(), reason, wait.toMillis());
                become(new ChildState.BackingOff(failures, everReady, wait, reason, clock.instant()));
                awaitStop(wait);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException failure) {
            LOG.error("{} cannot be started: {}", name(), failure.getMessage());
            become(new ChildState.Stopped(clock.instant(), "cannot be started: " + failure.getMessage()));
        }
    }

    /** False when a stop came first. */
    private boolean startProcess(Instant now) throws IOException {
        synchronized (this) {
            if (stopRequested) {
                become(new ChildState.Stopped(now, "stopped before it was started again"));
                return false;
            }
            process = launch.start();
        }
        become(new ChildState.Starting(process.pid(), now));
        return true;
    }

    /** Returns when the process has ended: whether it was ever ready. */
    private boolean watch(Instant started) throws InterruptedException {
        boolean everReady = false;
        Duration startup = Duration.ZERO;
        Duration pause = PROBE_WHILE_STARTING;
        while (!process.waitFor(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            boolean ready = isReady();
            if (ready && !everReady) {
                everReady = true;
                startup = Duration.between(started, clock.instant());
                pause = PROBE_WHILE_RUNNING;
            }
            if (everReady) {
                report(ready, startup);
            }
        }
        return everReady;
    }

    private void report(boolean ready, Duration startup) {
        ChildState now = state;
        boolean readyBefore = now instanceof ChildState.Ready;
        if (now instanceof ChildState.Stopping || readyBefore == ready) {
            return;
        }
        become(
                ready
                        ? new ChildState.Ready(process.pid(), clock.instant(), startup)
                        : new ChildState.Unready(process.pid(), clock.instant(), startup));
    }

    private boolean isReady() throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(launch.readiness()).timeout(PROBE_LIMIT).build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (ConnectException notListening) {
            return false;
        } catch (IOException noAnswer) {
            LOG.debug("{} did not answer {}: {}", name(), launch.readiness(), noAnswer.toString());
            return false;
        }
    }

    private void awaitStop(Duration wait) throws InterruptedException {
        Instant end = clock.instant().plus(wait);
        synchronized (this) {
            while (!stopRequested) {
                long left = Duration.between(clock.instant(), end).toMillis();
                if (left <= 0) {
                    return;
                }
                wait(left);
            }
        }
    }

    private void become(ChildState next) {
        state = next;
        listener.accept(this);
        synchronized (this) {
            told = next;
            notifyAll();
        }
    }

    private static String describeExit(int status) {
        // A process that a signal ended reports 128 + its number.
        return switch (status) {
            case 130 -> "was interrupted (SIGINT)";
            case 137 -> "was killed (SIGKILL)";
            case 143 -> "ended on SIGTERM";
            default -> "exited with status " + status;
        };
    }
}
