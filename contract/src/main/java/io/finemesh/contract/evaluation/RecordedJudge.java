package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.run.ResolvedDataset;

/**
 * A judge whose judgments were made before, and are said again.
 *
 * @param name whose judgments these are; those of others in the same file are passed over
 * @param judgments documents in the form of FastChat's judgment file
 */
public record RecordedJudge(String name, ResolvedDataset judgments) {
    public RecordedJudge {
        requireNonNull(name, "name is null");
        requireNonNull(judgments, "judgments is null");
    }
}
