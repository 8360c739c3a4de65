package io.finemesh.gateway.submission;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.id.RunId;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunIdsTest {
    private final RunIds ids = new RunIds(new Random(1));

    @Test
    void aKeyAlwaysGivesTheSameName() {
        assertThat(ids.of("order-66")).isEqualTo(new RunIds(new Random(2)).of("order-66"));
        assertThat(ids.of("order-66")).isNotEqualTo(ids.of("order-67"));
    }

    /** Clients keep keys across releases of the gateway: the derivation must never change. */
    @Test
    void theNameOfAKeyIsForever() {
        assertThat(ids.of("order-66")).isEqualTo(new RunId("run-4ad13e61657cb3f90237"));
    }

    @Test
    void namesByChanceDiffer() {
        assertThat(IntStream.range(0, 1_000).mapToObj(_ -> ids.next()).distinct())
                .hasSize(1_000);
        assertThat(ids.next().value()).matches("run-[0-9a-f]{20}");
    }
}
