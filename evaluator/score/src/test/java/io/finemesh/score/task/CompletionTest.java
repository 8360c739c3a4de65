package io.finemesh.score.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CompletionTest {
    @Test
    void stopsAreCutInTurnNotAtTheEarliest() {
        assertThat(Completion.cut("abXYZ", Optional.empty(), List.of("YZ", "XY")))
                .isEqualTo("abX");
        assertThat(Completion.cut("abXYZ", Optional.empty(), List.of("XY", "YZ")))
                .isEqualTo("ab");
        assertThat(Completion.cut("a Question: b", Optional.empty(), List.of("", "Question:")))
                .isEqualTo("a ");
        assertThat(Completion.cut("</s>", Optional.empty(), List.of("</s>"))).isEmpty();
        assertThat(Completion.cut("", Optional.empty(), List.of("x"))).isEmpty();
    }

    @Test
    void thinkingIsDroppedBeforeStopsAreLookedFor() {
        assertThat(Completion.cut("Q: ? <t>a</t> b</t>\n c Q: d", Optional.of("</t>"), List.of("Q:")))
                .isEqualTo("c ");
        assertThat(Completion.cut("  c", Optional.of("</t>"), List.of())).isEqualTo("c");
    }

    @Test
    void longPromptsLoseTheirBeginning() {
        assertThat(new ContextWindow(6, 2).fit(new int[] {1, 2, 3, 4, 5, 6})).containsExactly(3, 4, 5, 6);
        assertThat(new ContextWindow(6, 2).fit(new int[] {1, 2})).containsExactly(1, 2);
        assertThatThrownBy(() -> new ContextWindow(256, 256))
                .isInstanceOfSatisfying(TaskException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(TaskException.Reason.CONTEXT_TOO_SHORT))
                .hasMessageContaining("at most 255");
    }
}
