package io.finemesh.contract.store;

import java.util.List;

/**
 * Answer to a stage request, in its order.
 *
 * @param tickets one for each object asked about
 */
public record StageResponse(List<StageTicket> tickets) {
    public StageResponse {
        tickets = List.copyOf(tickets);
    }
}
