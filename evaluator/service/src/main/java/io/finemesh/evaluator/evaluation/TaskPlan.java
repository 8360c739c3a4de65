package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.evaluator.task.Measurement;
import java.util.List;

/**
 * One task of an evaluation, cut into ranges.
 *
 * @param index its place among the tasks
 * @param measurement what is asked
 * @param ranges all of its questions, in order
 */
record TaskPlan(int index, Measurement measurement, List<Range> ranges) {
    /**
     * Questions that are handed out together.
     *
     * @param from first
     * @param to behind the last
     * @param key what is asked of whom
     */
    record Range(int from, int to, BlobDigest key) {}

    TaskPlan {
        ranges = List.copyOf(ranges);
    }
}
