package io.finemesh.scheduler.lease;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.EventId;
import java.util.Optional;

/**
 * The request that a lease goes back to; whatever is said about the lease names it as its cause.
 *
 * @param request identity of the request
 * @param traceparent trace of the run's submission
 */
public record Origin(EventId request, Optional<String> traceparent) {
    public Origin {
        requireNonNull(request, "request is null");
        traceparent = traceparent == null ? Optional.empty() : traceparent;
    }
}
