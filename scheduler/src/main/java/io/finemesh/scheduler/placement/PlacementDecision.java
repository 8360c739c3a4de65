package io.finemesh.scheduler.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.scheduler.announcement.Announcement;
import java.util.List;

/**
 * What placement decided.
 *
 * @param board everything it knows afterwards
 * @param outputs what it says, in order
 */
public record PlacementDecision(PlacementBoard board, List<Announcement<?>> outputs) {
    public PlacementDecision {
        requireNonNull(board, "board is null");
        outputs = List.copyOf(outputs);
    }

    /** What is said, without its envelopes. */
    public List<Message> messages() {
        return outputs.stream()
                .map(output -> (Message) output.envelope().body())
                .toList();
    }
}
