package io.finemesh.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.training.StepCompleted;
import io.finemesh.gateway.fake.SampleRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepLedgerTest {
    private final StepLedger ledger = new StepLedger();

    @Test
    void keepsStepsInPagesAndReadsThemBackInOrder() {
        for (long step = 999; step >= 0; step--) {
            add(ledger, step, 1);
        }
        assertThat(ledger.count()).isEqualTo(1_000);
        assertThat(ledger.from(250, 10, 0))
                .extracting(Step::step)
                .containsExactly(250L, 251L, 252L, 253L, 254L, 255L, 256L, 257L, 258L, 259L);
        assertThat(ledger.from(995, 100, 0)).hasSize(5);
        assertThat(ledger.from(5_000, 100, 0)).isEmpty();
        assertThat(ledger.lastSteps(3, 0)).extracting(Step::step).containsExactly(997L, 998L, 999L);
        assertThat(ledger.lastSteps(300, 0))
                .hasSize(300)
                .first()
                .extracting(Step::step)
                .isEqualTo(700L);
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(ledger.lastSteps(5, 0)).isEmpty();
        assertThat(ledger.from(0, 10, 0)).isEmpty();
        assertThat(ledger.tokens()).isZero();
    }

    @Test
    void keepsFiguresThatAreNoNumbers() {
        StepCompleted step = new StepCompleted(
                SampleRun.ID,
                0,
                1,
                0,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                1e-3,
                5,
                3,
                true,
                Optional.empty(),
                Map.of(),
                9);
        assertThat(ledger.add(step, 0, SampleRun.BEGIN, 0)).isTrue();
        assertThat(ledger.from(0, 1, 0)).singleElement().satisfies(read -> {
            assertThat(read.loss()).isNaN();
            assertThat(read.gradientNorm()).isInfinite();
            assertThat(read.skipped()).isTrue();
            assertThat(read.block()).isEmpty();
            assertThat(read.phaseMicros()).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, StepLedger.MOST_STEPS, Long.MAX_VALUE})
    void ignoresStepsThatCannotBe(long step) {
        assertThat(add(ledger, step, 1)).isFalse();
        assertThat(ledger.count()).isZero();
    }

    @Test
    void doesNotGrowWithHostileNames() {
        for (int index = 0; index < 10_000; index++) {
            StepCompleted step = new StepCompleted(
                    SampleRun.ID,
                    0,
                    1,
                    index % 10,
                    1,
                    1,
                    1,
                    1,
                    1,
                    false,
                    Optional.of("block-" + index),
                    Map.of("phase-" + index, 1L),
                    1);
            ledger.add(step, index, SampleRun.BEGIN, index);
            ledger.restart(0, index + 1L);
        }
        assertThat(ledger.count()).isLessThanOrEqualTo(10);
    }

    /** Against the plain definition: of all reports, those count that no later grant covers, and of these the latest. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithItsDefinition(long seed) {
        Random random = new Random(seed);
        List<long[]> reports = new ArrayList<>();
        List<long[]> grants = new ArrayList<>();
        for (int round = 0; round < 400; round++) {
            if (random.nextInt(10) == 0) {
                long[] grant = {random.nextInt(600), random.nextInt(40)};
                grants.add(grant);
                ledger.restart(grant[0], grant[1]);
            } else {
                long[] report = {random.nextInt(600), random.nextInt(40)};
                reports.add(report);
                add(ledger, report[0], report[1]);
            }
        }
        TreeMap<Long, Long> expected = new TreeMap<>();
        for (long[] report : reports) {
            boolean void_ = grants.stream().anyMatch(grant -> grant[1] > report[1] && grant[0] <= report[0]);
            if (!void_) {
                expected.merge(report[0], report[1], Math::max);
            }
        }
        TreeMap<Long, Long> found = new TreeMap<>();
        ledger.from(0, 10_000, 0).forEach(step -> found.put(step.step(), step.epoch()));
        assertThat(found).isEqualTo(expected);
        assertThat(ledger.count()).isEqualTo(expected.size());
        assertThat(ledger.tokens()).isEqualTo(256L * expected.size());
    }

    private static boolean add(StepLedger ledger, long step, long epoch) {
        return ledger.add(SampleRun.step(SampleRun.ID, 0, epoch, step), step, SampleRun.BEGIN, step);
    }
}
