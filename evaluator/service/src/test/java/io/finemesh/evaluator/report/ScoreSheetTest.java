package io.finemesh.evaluator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.evaluator.score.Figure;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ScoreSheetTest {
    @Test
    void figuresStandUnderTheNamesTheMeshKnows() {
        ScoreSheet sheet = new ScoreSheet().add("exact_match", "exact_match", Figure.fraction(1, 2), true);

        assertThat(sheet.scores())
                .containsExactly(new TaskScore("exact_match", "exact_match", 0.5, OptionalDouble.of(0.5), 2, true));
    }

    @Test
    void aFigureThatIsNoNumberIsNoScore() {
        Figure broken = new Figure(Double.NaN, OptionalDouble.empty(), 3);

        assertThatThrownBy(() -> new ScoreSheet().add("held_out_loss", "loss", broken, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loss is NaN");
    }
}
