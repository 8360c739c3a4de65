package io.finemesh.contract.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembershipsTest {
    private final Memberships memberships = new Memberships();
    private Instant now = Instant.EPOCH;

    private Set<String> after(int seconds, String commands) {
        now = now.plus(Duration.ofSeconds(seconds));
        return memberships.contested(Map.of("commands", commands, "events", "always the same"), now);
    }

    @Test
    void aChannelThatIsTakenAgainAndAgainIsContestedUntilTheServiceIsAlone() {
        assertThat(after(0, "one")).isEmpty();
        assertThat(after(3, "two")).as("once is a broker that was away").isEmpty();
        assertThat(after(3, "three")).containsExactly("commands");
        assertThat(after(50, "three")).containsExactly("commands");
        assertThat(after(11, "three")).as("a minute of its own").isEmpty();
    }

    @Test
    void changesThatAreFarApartAreNoFight() {
        assertThat(after(0, "one")).isEmpty();
        assertThat(after(61, "two")).isEmpty();
        assertThat(after(61, "three")).isEmpty();
        assertThat(memberships.contested(Map.of(), now))
                .as("a channel that is joining")
                .isEmpty();
    }
}
