package io.finemesh.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.demo.client.Decision;
import io.finemesh.demo.client.Evaluation;
import io.finemesh.demo.client.Score;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecisionTableTest {
    @Test
    void eachRunHasItsFiguresBesideTheChampions() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Decision decision = new Decision(
                "rejected", "run-0123456789abcdef", "ck-b", Optional.of("ck-a"), List.of(), List.of(), "worse");
        DecisionTable.Row row =
                new DecisionTable.Row("problems@4", decision, scored("ck-a", 0.875, 0.25), scored("ck-b", 0, 1.5));

        new DecisionTable(List.of(row)).print(new PrintStream(bytes, true, UTF_8));

        assertThat(bytes.toString(UTF_8).lines())
                .hasSize(4)
                .last()
                .asString()
                .contains("problems@4")
                .contains("run-0123456789abcdef")
                .contains("87.5 % -> 0.0 %")
                .contains("0.2500 -> 1.5000")
                .endsWith("rejected");
    }

    @Test
    void whatWasNotMeasuredIsADash() {
        assertThat(DecisionTable.percent(Optional.empty())).isEqualTo("-");
        assertThat(DecisionTable.loss(Optional.of(new Evaluation("ck-a", List.of()))))
                .isEqualTo("-");
    }

    private static Optional<Evaluation> scored(String checkpoint, double match, double loss) {
        return Optional.of(new Evaluation(
                checkpoint,
                List.of(
                        new Score(0, "exact_match", "exact_match", match, 54),
                        new Score(0, "held_out_loss", "loss", loss, 54))));
    }
}
