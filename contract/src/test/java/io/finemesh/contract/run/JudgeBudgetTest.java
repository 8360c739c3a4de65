package io.finemesh.contract.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeBudgetTest {
    @ParameterizedTest
    @CsvSource({"10, 7, 3", "1, 160, 64", "160, 160, 64", "1000000000000, 999983, 64", "0, 5, 2"})
    void sharesOfPartsAddUpToTheWholeAndTheFirstHasTheRest(long bound, long whole, long part) {
        JudgeBudget budget = JudgeBudget.of(bound, 2 * bound);
        long requests = 0;
        long tokens = 0;
        for (long from = 0; from < whole; from += part) {
            JudgeBudget share = budget.share(from, Math.min(whole, from + part), whole);
            requests += share.requests().orElseThrow();
            tokens += share.tokens().orElseThrow();
            assertThat(share.requests().orElseThrow())
                    .isLessThanOrEqualTo(budget.share(0, Math.min(whole, part), whole)
                                    .requests()
                                    .orElseThrow()
                            + 1)
                    .isNotNegative();
        }
        assertThat(requests).isEqualTo(bound);
        assertThat(tokens).isEqualTo(2 * bound);
    }

    @Test
    void whatDoesNotDivideGoesToTheFirst() {
        JudgeBudget budget = JudgeBudget.of(10, 10);
        assertThat(budget.share(0, 1, 3).requests()).hasValue(4);
        assertThat(budget.share(1, 2, 3).requests()).hasValue(3);
        assertThat(budget.share(2, 3, 3).requests()).hasValue(3);
    }

    @Test
    void aCeilingHoldsForWhatIsBoundAndForWhatIsNot() {
        JudgeBudget asked = new JudgeBudget(OptionalLong.of(5), OptionalLong.empty());
        assertThat(asked.under(JudgeBudget.of(3, 9))).isEqualTo(JudgeBudget.of(3, 9));
        assertThat(asked.under(JudgeBudget.of(30, 9))).isEqualTo(JudgeBudget.of(5, 9));
    }
}
