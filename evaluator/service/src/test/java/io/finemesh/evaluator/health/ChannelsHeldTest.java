package io.finemesh.evaluator.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class ChannelsHeldTest {
    private final Map<String, String> memberships = new HashMap<>();
    private Instant now = Instant.EPOCH;
    private final ChannelsHeld check = new ChannelsHeld(() -> memberships, new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    });

    private HealthCheckResponse after(int seconds, String commands) {
        now = now.plus(Duration.ofSeconds(seconds));
        memberships.put("commands", commands);
        memberships.put("events", "always the same");
        return check.call();
    }

    @Test
    void aServiceThatLosesItsChannelAgainAndAgainIsNotReadyUntilItIsAlone() {
        assertThat(after(0, "one").getStatus()).isEqualTo(Status.UP);
        assertThat(after(3, "two").getStatus())
                .as("once is a broker that was away")
                .isEqualTo(Status.UP);
        HealthCheckResponse response = after(3, "three");

        assertThat(response.getStatus()).isEqualTo(Status.DOWN);
        assertThat(response.getData().orElseThrow()).containsOnlyKeys("commands");
        assertThat(response.getData().orElseThrow().get("commands").toString())
                .contains("another service takes the channel", "of the same id");
    }
}
