package io.finemesh.gateway.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.training.DataOrder;
import io.finemesh.plan.shuffle.SampleOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadingTest {
    private static final int ROWS = 97;

    private static List<Integer> leftOut(long seed, int count) {
        List<Integer> places = new ArrayList<>(IntStream.range(0, ROWS).boxed().toList());
        SplittableRandom random = new SplittableRandom(seed);
        while (places.size() > count) {
            places.remove(random.nextInt(places.size()));
        }
        return places;
    }

    /** By reading the stream step by step, as a trainer does. */
    private static OptionalLong read(DataOrder order, List<Integer> leftOut, int row) {
        List<Integer> kept = IntStream.range(0, ROWS)
                .filter(place -> !leftOut.contains(place))
                .boxed()
                .toList();
        SampleOrder samples = new SampleOrder(order.seed(), order.batchSize(), kept.size());
        for (int position = 0; position < kept.size(); position++) {
            if (kept.get(samples.epoch(0).at(position)) == row) {
                return OptionalLong.of(position / order.batchSize());
            }
        }
        return OptionalLong.empty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theStepIsTheOneInWhichATrainerReadsTheRow(long seed) {
        List<Integer> leftOut = leftOut(seed, 9);
        DataOrder order = new DataOrder(seed, 4, ROWS, ROWS - leftOut.size(), leftOut);

        for (int row = 0; row < ROWS; row++) {
            assertThat(Reading.firstStep(order, row))
                    .as("seed %d, row %d", seed, row)
                    .isEqualTo(read(order, leftOut, row));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whereItIsNotSaidWhichRowsAreLeftOutTheStepIsNeverLate(long seed) {
        List<Integer> leftOut = leftOut(seed, 3);
        DataOrder order = new DataOrder(seed, 4, ROWS, ROWS - leftOut.size(), List.of());
        int later = 0;

        for (int row = 0; row < ROWS; row++) {
            long said = Reading.firstStep(order, row).orElseThrow();
            OptionalLong read = read(order, leftOut, row);
            assertThat(said).as("seed %d, row %d", seed, row).isLessThanOrEqualTo(read.orElse(Long.MAX_VALUE));
            later += said > 0 ? 1 : 0;
        }
        assertThat(later)
                .as("rows that are not simply counted from the beginning")
                .isGreaterThan(ROWS / 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, ROWS, Long.MAX_VALUE})
    void aPlaceThatTheRunCannotHaveReadCountsFromTheBeginning(long place) {
        assertThat(Reading.firstStep(new DataOrder(1, 4, ROWS, ROWS, List.of()), place))
                .hasValue(0);
    }
}
