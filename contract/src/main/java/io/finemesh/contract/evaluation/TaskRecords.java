package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.store.BlobReference;

/**
 * Where the records of one task are.
 *
 * @param task task name
 * @param samples a JSON line for each sample and way of reading it: what was asked, what came, what it is worth
 * @param results the figures in the reference harness's file layout, with where they come from
 */
public record TaskRecords(String task, BlobReference samples, BlobReference results) {
    public TaskRecords {
        requireNonNull(task, "task is null");
        requireNonNull(samples, "samples is null");
        requireNonNull(results, "results is null");
    }
}
