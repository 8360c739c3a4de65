package io.finemesh.trainer.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.store.StoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void repeatsUntilItSucceeds() throws Exception {
        Patience patience = patience(Duration.ofHours(1), Clock.systemUTC());

        String answer = patience.insist("asking", () -> {
            if (calls.incrementAndGet() < 4) {
                throw StoreException.unreachable("asking", new IOException("refused"));
            }
            return "answer";
        });

        assertThat(answer).isEqualTo("answer");
        assertThat(calls).hasValue(4);
    }

    @Test
    void waitsForSpaceAsForAnAnswer() throws Exception {
        String answer = patience(Duration.ofHours(1), Clock.systemUTC()).insist("uploading", () -> {
            if (calls.incrementAndGet() < 3) {
                throw StoreException.answered("uploading", 507, Optional.empty());
            }
            return "answer";
        });

        assertThat(answer).isEqualTo("answer");
    }

    @Test
    void givesUpWhenTheTimeIsUp() {
        // The clock goes on by a second with every look at it.
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        AtomicInteger looks = new AtomicInteger();
        Clock ticking = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return start.plusSeconds(looks.getAndIncrement());
            }
        };

        assertThatThrownBy(() -> patience(Duration.ofSeconds(3), ticking).insist("asking", this::refuse))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("refused");
        assertThat(calls).hasValue(3);
    }

    @Test
    void doesNotRepeatWhatCannotHelp() {
        assertThatThrownBy(
                        () -> patience(Duration.ofHours(1), Clock.systemUTC()).insist("asking", () -> {
                            calls.incrementAndGet();
                            throw StoreException.answered("asking", 404, Optional.empty());
                        }))
                .isInstanceOf(StoreException.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void doesNotRepeatAFailureOfTheLocalDisk() {
        assertThatThrownBy(
                        () -> patience(Duration.ofHours(1), Clock.systemUTC()).insist("asking", () -> {
                            calls.incrementAndGet();
                            throw new IOException("disk");
                        }))
                .isInstanceOf(IOException.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void anInterruptEndsPauseAndCall() {
        Patience patience =
                new Patience(Duration.ofDays(1), Duration.ofHours(1), Duration.ofHours(1), Clock.systemUTC());
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> patience.insist("asking", this::refuse)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();

        assertThatThrownBy(() -> patience.insist("asking", () -> {
                    throw new InterruptedIOException("interrupted while reading");
                }))
                .isInstanceOf(InterruptedException.class);
    }

    private String refuse() throws StoreException {
        calls.incrementAndGet();
        throw StoreException.unreachable("asking", new IOException("refused"));
    }

    private static Patience patience(Duration giveUpAfter, Clock clock) {
        return new Patience(giveUpAfter, Duration.ofMillis(1), Duration.ofMillis(2), clock);
    }
}
