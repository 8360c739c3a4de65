package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.evaluator.task.Measurement;
import java.util.List;
import java.util.Optional;

/**
 * One task of an evaluation, cut into ranges.
 *
 * @param index its place among the tasks
 * @param data what it is asked on; empty for one that needs no data
 * @param measurement what is asked
 * @param ranges all of its questions, in order
 */
record TaskPlan(int index, Optional<DatasetVersion> data, Measurement measurement, List<Range> ranges) {
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
