package io.finemesh.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReconnectionTest {
    private final List<Duration> pauses = new ArrayList<>();
    private final Reconnection reconnection = new Reconnection(pauses::add);
    private final GatewayProblem gone = GatewayProblem.unreachable("http://gateway", null);

    @Test
    void aGatewayThatWasNeverThereIsGivenUpAfterHalfAMinute() {
        assertThatThrownBy(this::waitForEver).isSameAs(gone);
        assertThat(total()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void oneThatWasThereIsWaitedForMinutesAndAnewAfterEachReturn() throws Exception {
        reconnection.connected();
        assertThatThrownBy(this::waitForEver).isSameAs(gone);
        assertThat(total()).isEqualTo(Duration.ofMinutes(5));
        reconnection.connected();
        reconnection.await(Optional.empty(), gone);
        assertThat(pauses).hasSize(301);
    }

    @Test
    void thePauseThatTheGatewayAsksForIsKeptWithinBounds() throws Exception {
        reconnection.connected();
        reconnection.await(Optional.of(Duration.ofSeconds(10)), gone);
        reconnection.await(Optional.of(Duration.ZERO), gone);
        reconnection.await(Optional.of(Duration.ofSeconds(9999)), gone);
        assertThat(pauses).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(30));
    }

    private void waitForEver() throws GatewayProblem {
        while (true) {
            reconnection.await(Optional.empty(), gone);
        }
    }

    private Duration total() {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }
}
