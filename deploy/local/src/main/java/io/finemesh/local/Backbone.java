package io.finemesh.local;

import io.finemesh.local.broker.BrokerExit;
import io.finemesh.local.broker.BrokerSettings;
import io.finemesh.local.broker.EmbeddedBroker;
import io.finemesh.local.broker.TopicCatalogue;
import io.finemesh.local.home.MeshReport.State;
import io.finemesh.local.storage.EmbeddedStorage;
import io.finemesh.local.storage.StorageCredentials;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What the services stand on: the broker with its topics and the object store with its bucket. Each can be taken away and given back. */
final class Backbone {
    private final MeshLayout layout;
    private final Clock clock;
    private final ComponentBoard board;
    private final Consumer<BrokerExit> brokerGaveUp;
    private Optional<EmbeddedBroker> broker = Optional.empty();
    private Optional<EmbeddedStorage> storage = Optional.empty();

    /** @param brokerGaveUp told when Kafka meets an error that it would end the process for */
    Backbone(MeshLayout layout, Clock clock, ComponentBoard board, Consumer<BrokerExit> brokerGaveUp) {
        this.layout = layout;
        this.clock = clock;
        this.board = board;
        this.brokerGaveUp = brokerGaveUp;
    }

    /** Starts both, side by side. If one fails the other may have been started: stop them. */
    synchronized void start(StorageCredentials credentials) throws InterruptedException {
        CompletableFuture<EmbeddedStorage> storing = inOwnThread(Mesh.STORAGE, () -> startStorageNow(credentials));
        try {
            startBroker();
        } finally {
            storage = finish(storing);
        }
        if (storage.isEmpty()) {
            throw new MeshException(storing.exceptionNow().getMessage(), storing.exceptionNow());
        }
    }

    synchronized void startBroker() {
        if (broker.isPresent()) {
            return;
        }
        Instant begin = clock.instant();
        board.set(Mesh.KAFKA, State.STARTING, "");
        EmbeddedBroker started = EmbeddedBroker.start(
                new BrokerSettings(
                        layout.home().kafka(),
                        layout.ports().kafka(),
                        layout.ports().kafkaController()),
                brokerGaveUp);
        broker = Optional.of(started);
        TopicCatalogue.Outcome topics = TopicCatalogue.ofContract().apply(started.bootstrapServers());
        board.set(
                Mesh.KAFKA,
                State.READY,
                ComponentBoard.after(begin, clock.instant()) + ", " + topics.created() + " topics created, "
                        + (topics.changed() + topics.unchanged()) + " found");
    }

    synchronized void stopBroker() {
        broker.ifPresent(running -> {
            board.set(Mesh.KAFKA, State.STOPPING, "");
            broker = Optional.empty();
            running.close();
            board.set(Mesh.KAFKA, State.STOPPED, "");
        });
    }

    synchronized void startStorage(StorageCredentials credentials) {
        if (storage.isEmpty()) {
            storage = Optional.of(startStorageNow(credentials));
        }
    }

    synchronized void stopStorage() {
        storage.ifPresent(running -> {
            board.set(Mesh.STORAGE, State.STOPPING, "");
            storage = Optional.empty();
            running.close();
            board.set(Mesh.STORAGE, State.STOPPED, "");
        });
    }

    private EmbeddedStorage startStorageNow(StorageCredentials credentials) {
        Instant begin = clock.instant();
        board.set(Mesh.STORAGE, State.STARTING, "");
        EmbeddedStorage started = EmbeddedStorage.start(
                layout.home().storage(), layout.ports().storage(), credentials, MeshLayout.BUCKET);
        board.set(Mesh.STORAGE, State.READY, ComponentBoard.after(begin, clock.instant()));
        return started;
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
