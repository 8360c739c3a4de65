package io.finemesh.gateway.lineage;

import static java.lang.Math.max;
import static java.lang.Math.min;

import io.finemesh.contract.training.DataOrder;
import io.finemesh.plan.shuffle.SampleOrder;
import java.util.Collections;
import java.util.OptionalLong;

/** From which optimizer step on a run has read a row. Never later than it was: where that is not known exactly, the earliest step that it can have been. */
final class Reading {
    private Reading() {}

    /**
     * The first step that read a row, 0-based; empty where the run leaves the row out.
     *
     * @param order in which the run reads
     * @param place of the row among the rows of its data set, from 0
     */
    static OptionalLong firstStep(DataOrder order, long place) {
        SampleOrder samples = new SampleOrder(order.seed(), order.batchSize(), order.samples());
        if (place < 0 || place >= order.rows()) {
            // The run read other rows than the store says it did. Nothing can be told from the order then.
            return OptionalLong.of(0);
        }
        int row = Math.toIntExact(place);
        if (!order.isExact()) {
            int leftOut = order.rows() - order.samples();
            return OptionalLong.of(samples.firstStepOf(max(0, row - leftOut), min(row, order.samples() - 1)));
        }
        int before = Collections.binarySearch(order.leftOut(), row);
        if (before >= 0) {
            return OptionalLong.empty();
        }
        int sample = row - (-before - 1);
        return OptionalLong.of(samples.firstStepOf(sample, sample));
    }
}
