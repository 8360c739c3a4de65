package io.finemesh.scheduler.placement;

import io.finemesh.contract.Message;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.ReleaseLease;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.scheduler.lease.LeaseTerms;
import java.time.Instant;

/**
 * Decides who trains what. Pure: the same board, input and time give the same decision.
 *
 * <ul>
 *   <li>A request goes to a free trainer with the memory for it: first one that has its weights, else the smallest that fits; requests that
 *       nobody has the weights for go in the order in which they came.
 *   <li>Having the weights comes before the order, but only until another request has waited longer than {@link PlacementTerms#preference}.
 *   <li>A request whose base is not committed names the trainer that has it. It goes to that life of that trainer or to nobody; when the base is
 *       committed the lifecycle repeats it without a name.
 *   <li>A newer request of a run ends its lease: the lifecycle asks for the next segment when the last one is trained.
 *   <li>A lease ends when its trainer is silent, has a new life, does not take it up, or no longer shows it; a request bound to a trainer that is gone is lost like a
 *       lease.
 *   <li>A request that no trainer heard of lately could ever hold is refused, unless the run was in work before: then a trainer that could hold it
 *       has been there, and may come back. While there is no trainer that takes work at all it waits.
 * </ul>
 */
public final class Placement {
    private final LeaseTerms leaseTerms;
    private final PlacementTerms terms;

    public Placement(LeaseTerms leaseTerms, PlacementTerms terms) {
        this.leaseTerms = leaseTerms;
        this.terms = terms;
    }

    /**
     * What a request or a heartbeat means.
     *
     * @param board everything known
     * @param input a placement request or a heartbeat
     * @param now by the scheduler's clock
     */
    public PlacementDecision decide(PlacementBoard board, Envelope<? extends Message> input, Instant now) {
        PlacementDeliberation deliberation = new PlacementDeliberation(board, leaseTerms, terms, now);
        switch (input.body()) {
            case PlaceSegment request -> deliberation.place(input, request);
            case ReleaseLease release -> deliberation.release(input, release);
            case TrainerHeartbeat heartbeat -> deliberation.hear(input, heartbeat);
            default ->
                throw new IllegalArgumentException(
                        input.body().getClass().getSimpleName() + " is not an input of placement");
        }
        deliberation.assign();
        return deliberation.conclude();
    }

    /**
     * What the passing of time means.
     *
     * @param board everything known
     * @param listeningSince since when every heartbeat would have been heard; a scheduler that was away itself has not heard silence
     * @param now by the scheduler's clock
     */
    public PlacementDecision watch(PlacementBoard board, Instant listeningSince, Instant now) {
        PlacementDeliberation deliberation = new PlacementDeliberation(board, leaseTerms, terms, now);
        deliberation.loseTheSilent(listeningSince);
        deliberation.pursueUnconfirmed();
        deliberation.assign();
        deliberation.refuseImpossible();
        deliberation.forgetOld();
        return deliberation.conclude();
    }
}
