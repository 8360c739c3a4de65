package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.run.SubmitRun;

/**
 * A run of a policy: what it makes is to be judged. A duplicate by run is ignored.
 *
 * @param submission the run, with the policy in its origin
 */
public record CandidateSubmitted(SubmitRun submission) implements PromotionSignal {
    public CandidateSubmitted {
        requireNonNull(submission, "submission is null");
    }
}
