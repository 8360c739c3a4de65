package io.finemesh.workbench.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.model.PackedRow;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchFormulaTest {
    private static final String USUAL =
            "ids[i][t]=3+((7*i*i+13*t+5*s*s+11*i*t+s*t) mod 253), i in 0..1, t in 0..T-1, s=step; "
                    + "labels=ids with the first T//4 of each row and the last 3 of row 1 masked (-100)";

    @Test
    void givesTheTokensAndLabelsTheSentenceSays() {
        PackedRow batch = BatchFormula.parse(USUAL, 24).batch(2);

        assertThat(batch.documentStarts()).containsExactly(0, 24, 48);
        for (int i = 0; i < 2; i++) {
            for (int t = 0; t < 24; t++) {
                int token = 3 + (7 * i * i + 13 * t + 5 * 4 + 11 * i * t + 2 * t) % 253;
                assertThat(batch.tokens()[24 * i + t]).isEqualTo(token);
                boolean labelled = t >= 6 && !(i == 1 && t >= 21);
                if (t > 0) {
                    assertThat(batch.targets()[24 * i + t - 1]).isEqualTo(labelled ? token : PackedRow.NO_TARGET);
                }
            }
            assertThat(batch.targets()[24 * i + 23]).isEqualTo(PackedRow.NO_TARGET);
        }
    }

    @Test
    void otherNumbersOfRowsAndMasksAreRead() {
        BatchFormula three = BatchFormula.parse(
                "ids[i][t]=5+(i**2*T-t+s)%7, i in 1..3, t in 0..T-1, s=step; labels=ids with the last i of every row masked",
                8);
        assertThat(three.rows()).isEqualTo(3);
        assertThat(three.ids(4)[1][7]).isEqualTo(5 + (4 * 8 - 7 + 4) % 7);
        assertThat(three.batch(0).labelledTokens()).isEqualTo(3 * 7 - 1 - 2 - 3);

        BatchFormula unmasked = BatchFormula.parse("ids[i][t]=t, i in 0..0, t in 0..T-1, s=step; labels=ids", 5);
        assertThat(unmasked.batch(0).labelledTokens()).isEqualTo(4);
        assertThat(BatchFormula.parse("ids[i][t]=t, i in 0..0, t in 0..T-1, s=step", 5)
                        .batch(9)
                        .targets())
                .containsExactly(1, 2, 3, 4, PackedRow.NO_TARGET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "random tokens",
                "ids[i][t]=x, i in 0..1, t in 0..T-1, s=step",
                "ids[i][t]=t/3, i in 0..1, t in 0..T-1, s=step",
                "ids[i][t]=(t, i in 0..1, t in 0..T-1, s=step",
                "ids[i][t]=t, i in 1..0, t in 0..T-1, s=step",
                "ids[i][t]=t, i in 0..99999999, t in 0..T-1, s=step",
                "ids[i][t]=t, i in 0..1, t in 0..T-1, s=step; labels=ids with every second masked",
                "ids[i][t]=t, i in 0..1, t in 0..T-1, s=step; labels=2*ids"
            })
    void aSentenceThatSaysSomethingElseIsRefused(String sentence) {
        assertThatThrownBy(() -> BatchFormula.parse(sentence, 6)).isInstanceOf(ParityException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2+3*4, 14",
        "(2+3)*4, 20",
        "-7 mod 3, 2",
        "0-7//2, -3",
        "(0-7)//2, -4",
        "2**3**2, 512",
        "2^5-1, 31",
        "T%5*i, 6",
        "6/3, 2",
    })
    void arithmeticIsThatOfPython(String text, long value) {
        assertThat(IntegerExpression.evaluate(text, Map.of("T", 8L, "i", 2L))).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1+", "1 2", "7/2", "9999999999999999999", "1/0", "5 mod 0", "2**99", "9**60", "q"})
    void nonsenseIsRefused(String text) {
        assertThatThrownBy(() -> IntegerExpression.evaluate(text, Map.of("T", 8L)))
                .isInstanceOf(ParityException.class);
    }

    @Test
    void deepNestingIsRefusedBeforeTheStackIsFull() {
        assertThatThrownBy(() -> IntegerExpression.evaluate("(".repeat(100_000), Map.of()))
                .isInstanceOf(ParityException.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> IntegerExpression.evaluate("2**".repeat(100_000) + "1", Map.of()))
                .isInstanceOf(ParityException.class);
    }
}
