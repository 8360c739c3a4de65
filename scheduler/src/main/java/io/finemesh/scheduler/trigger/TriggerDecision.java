package io.finemesh.scheduler.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.scheduler.announcement.Announcement;
import java.util.List;

/**
 * What an input or the passing of time means for the triggers.
 *
 * @param board everything known afterwards
 * @param outputs what is said
 */
public record TriggerDecision(TriggerBoard board, List<Announcement<?>> outputs) {
    public TriggerDecision {
        requireNonNull(board, "board is null");
        outputs = List.copyOf(outputs);
    }
}
