package io.finemesh.scheduler.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LeaseTermsTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(5), 2);

    static Stream<Arguments> silences() {
        return Stream.of(
                arguments("heard just now", AT, AT, AT, false),
                arguments("at the limit", AT, AT.minusSeconds(100), AT.plusSeconds(10), false),
                arguments("over the limit", AT, AT.minusSeconds(100), AT.plusMillis(10_001), true),
                arguments("nobody listened", AT, AT.plusSeconds(60), AT.plusSeconds(61), false),
                arguments("silent since somebody listens", AT, AT.plusSeconds(60), AT.plusSeconds(71), true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("silences")
    void silenceIsOnlyHeardByWhoListens(
            String what, Instant heardAt, Instant listeningSince, Instant now, boolean silent) {
        assertThat(TERMS.silent(heardAt, listeningSince, now)).isEqualTo(silent);
    }

    @Test
    void refusesTermsThatWouldLoseEveryLease() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LeaseTerms(Duration.ZERO, Duration.ofSeconds(1), 1))
                .withMessageContaining("above zero");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LeaseTerms(Duration.ofSeconds(1), Duration.ofSeconds(1), -1))
                .withMessageContaining("0 or more");
    }
}
