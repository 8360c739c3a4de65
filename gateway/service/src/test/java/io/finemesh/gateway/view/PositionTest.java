package io.finemesh.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
    @Test
    void survivesItsTextForm() {
        Position position = Position.start()
                .past(Source.RUN_EVENTS, 11)
                .past(Source.STEPS, 339)
                .past(Source.COMMANDS, 0);
        assertThat(position).hasToString("1.q1.r12.s340");
        assertThat(Position.parse("1.q1.r12.s340")).contains(position);
        assertThat(Position.parse(" 1 ")).contains(Position.start());
    }

    @Test
    void coversWhatIsBehindIt() {
        Position position = Position.start().past(Source.STEPS, 5);
        assertThat(position.covers(Source.STEPS, 5)).isTrue();
        assertThat(position.covers(Source.STEPS, 6)).isFalse();
        assertThat(position.covers(Source.RUN_EVENTS, 0)).isFalse();
        assertThat(position.past(Source.STEPS, 3)).isEqualTo(position);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2.s1",
                "1.",
                "1.s",
                "1.s-1",
                "1.s01",
                "1.z5",
                "1.s1.s",
                "1.s1.s2",
                "42",
                "1.s9999999999999999999",
                "1.a1.b1.c1.d1.e1.f1.g1.h1.i1.j1.k1"
            })
    void refusesWhatIsNone(String text) {
        assertThat(Position.parse(text)).isEmpty();
    }

    @Test
    void everySourceHasALetterOfItsOwn() {
        assertThat(Arrays.stream(Source.values()).map(Source::letter)).doesNotHaveDuplicates();
    }
}
