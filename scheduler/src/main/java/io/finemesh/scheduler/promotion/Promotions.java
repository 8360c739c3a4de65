package io.finemesh.scheduler.promotion;

import io.finemesh.contract.Message;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyWithdrawn;
import io.finemesh.contract.registry.ApprovePromotion;
import io.finemesh.contract.registry.CandidateEnded;
import io.finemesh.contract.registry.CandidateSubmitted;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.registry.EvaluationMissed;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.registry.RejectPromotion;
import io.finemesh.contract.wire.Envelope;
import java.time.Instant;

/**
 * Decides which checkpoint an alias stands for.
 *
 * <ul>
 *   <li>A run of a policy that is complete is a candidate: its last checkpoint and the alias's holder are evaluated on the run's held-out data, and the policy's gate decides on the two.
 *   <li>When the alias moved meanwhile, the candidate is compared again, with the new holder.
 *   <li>A later evaluation of a holder on the policy's own data, whoever asked for it, is held against what the holder scored when it took the alias; when it fails a threshold or falls back too far, the alias goes back.
 *   <li>What comes again changes nothing: candidates are known by run, evaluations by identity, requests by theirs.
 * </ul>
 */
public final class Promotions {
    /**
     * What an input means.
     *
     * @param board everything known
     * @param input about a policy, a candidate, a score, or what people want
     * @param now by the scheduler's clock
     */
    public PromotionDecision decide(PromotionBoard board, Envelope<? extends Message> input, Instant now) {
        PromotionDeliberation deliberation = new PromotionDeliberation(board, input, now);
        switch (input.body()) {
            case PolicyDefined defined -> deliberation.define(defined);
            case PolicyWithdrawn withdrawn -> deliberation.withdraw(withdrawn);
            case CandidateSubmitted submitted -> deliberation.submitted(submitted.submission());
            case CandidateEnded ended -> deliberation.ended(ended);
            case CheckpointEvaluated evaluated -> deliberation.evaluated(evaluated);
            case EvaluationMissed missed -> deliberation.missed(missed);
            case MoveAlias move -> deliberation.move(move);
            case ApprovePromotion approve -> deliberation.approve(approve);
            case RejectPromotion reject -> deliberation.reject(reject);
            default ->
                throw new IllegalArgumentException("promotion takes nothing from a "
                        + input.body().getClass().getSimpleName() + "; it came from " + input.source());
        }
        return deliberation.decision();
    }
}
