package io.finemesh.store.intake;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.manifest.StagedBlob;
import java.util.List;

/**
 * What was found in storage of the objects that a result names.
 *
 * @param weights sound weights objects with their tensors, in the order of the claim
 * @param ledger what the step ledger says; without steps if it was not found
 * @param problems every object that is missing or not what it is said to be, in words
 */
public record StagedEvidence(List<StagedBlob> weights, LedgerEvidence ledger, List<String> problems) {
    public StagedEvidence {
        weights = List.copyOf(weights);
        requireNonNull(ledger, "ledger is null");
        problems = List.copyOf(problems);
    }
}
