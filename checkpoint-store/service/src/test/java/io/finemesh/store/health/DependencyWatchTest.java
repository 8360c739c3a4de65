package io.finemesh.store.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.store.health.Dependency.UnusableException;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.ObjectContent;
import io.finemesh.store.storage.SpaceAwareStorage;
import io.finemesh.store.storage.StorageFullException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DependencyWatchTest {
    private static final String STORAGE = "object storage";
    private static final String BROKER = "broker";

    private final MemoryStorage storage = new MemoryStorage();
    private final Broker broker = new Broker();
    private int sweeps;
    private boolean sweepFails;
    private final DependencyWatch watch =
            new DependencyWatch(List.of(new StorageDependency(storage), broker), this::sweep, Duration.ofSeconds(2));

    @Test
    void nothingIsThereUntilItWasLookedAt() {
        assertThat(watch.missing()).containsOnlyKeys(STORAGE, BROKER);
        assertThat(watch.missing().values()).allMatch(Optional::isPresent);
    }

    @Test
    void whatIsThereAtStartIsReadyAndTheRestIsAnnounced() throws InterruptedException {
        watch.look();
        watch.look();

        assertThat(watch.missing()).isEqualTo(Map.of(STORAGE, Optional.empty(), BROKER, Optional.empty()));
        assertThat(sweeps).isEqualTo(1);
    }

    @Test
    void whatGoesIsMissingWithItsReasonAndWhenItComesBackTheRestIsAnnounced() throws InterruptedException {
        watch.look();
        storage.fail(FaultPlan.always("bucket", Fault.SERVER_ERROR));
        watch.look();
        assertThat(watch.missing().get(STORAGE)).contains("HTTP 500 at bucket");
        assertThat(watch.missing().get(BROKER)).isEmpty();
        assertThat(sweeps).isEqualTo(1);

        storage.fail(FaultPlan.NONE);
        watch.look();

        assertThat(watch.missing().get(STORAGE)).isEmpty();
        assertThat(sweeps).isEqualTo(2);
    }

    @Test
    void storageThatWasFullIsMissingUntilItHasRoomAgain() throws InterruptedException {
        SpaceAwareStorage aware = new SpaceAwareStorage(storage);
        DependencyWatch watching =
                new DependencyWatch(List.of(new StorageDependency(aware), broker), this::sweep, Duration.ofSeconds(2));
        watching.look();
        assertThat(watching.missing().get(STORAGE)).isEmpty();
        storage.fail((index, operation) -> operation.startsWith("put") ? Fault.FULL : Fault.NONE);
        assertThatThrownBy(() -> aware.putIfAbsent("a", ObjectContent.of(new byte[1])))
                .isInstanceOf(StorageFullException.class);

        watching.look();
        assertThat(watching.missing().get(STORAGE)).contains("no space left");

        storage.fail(FaultPlan.NONE);
        watching.look();
        assertThat(watching.missing().get(STORAGE)).isEmpty();
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void aBrokerThatWasNeverThereKeepsTheStoreFromBeingReady() throws InterruptedException {
        broker.problem = Optional.of("nobody answers");

        watch.look();

        assertThat(watch.missing().get(BROKER)).contains("nobody answers");
        assertThat(sweeps).isZero();
    }

    @Test
    void anErrorNobodyForesawDoesNotEndTheWatch() throws InterruptedException {
        storage.fail((index, operation) -> {
            throw new IllegalStateException("a bug");
        });
        watch.look();
        assertThat(watch.missing().get(STORAGE)).contains("a bug");

        storage.fail(FaultPlan.NONE);
        watch.look();

        assertThat(watch.missing().get(STORAGE)).isEmpty();
    }

    @Test
    void anAnnouncementThatFailsIsTriedAtTheNextLookAndTheStoreIsReadyMeanwhile() throws InterruptedException {
        sweepFails = true;
        watch.look();
        assertThat(watch.missing().values()).noneMatch(Optional::isPresent);
        sweepFails = false;

        watch.look();

        assertThat(sweeps).isEqualTo(2);
    }

    @Test
    void whatARequestCouldNotAnnounceIsAnnouncedAfterAWhileWithoutAnyOutage() throws InterruptedException {
        for (int look = 0; look < 32; look++) {
            watch.look();
        }

        assertThat(sweeps).isEqualTo(2);
    }

    @Test
    void aBrokerThatDoesNotAnswerIsNamedWithItsAddress() {
        try (BrokerDependency nobody = new BrokerDependency("127.0.0.1:1", Duration.ofMillis(200))) {
            assertThatThrownBy(nobody::require)
                    .isInstanceOf(UnusableException.class)
                    .hasMessageContaining("127.0.0.1:1 does not answer");
        }
    }

    private int sweep() {
        sweeps++;
        if (sweepFails) {
            throw new IllegalStateException("the broker does not confirm");
        }
        return 1;
    }

    private static final class Broker implements Dependency {
        private Optional<String> problem = Optional.empty();

        @Override
        public String name() {
            return BROKER;
        }

        @Override
        public void require() throws UnusableException {
            if (problem.isPresent()) {
                throw new UnusableException(problem.get(), null);
            }
        }
    }
}
