package io.finemesh.scheduler.promotion;

import static java.util.Objects.requireNonNull;

import io.finemesh.scheduler.announcement.Announcement;
import java.util.List;

/**
 * What an input means for promotion.
 *
 * @param board everything known afterwards
 * @param outputs what is said
 */
public record PromotionDecision(PromotionBoard board, List<Announcement<?>> outputs) {
    public PromotionDecision {
        requireNonNull(board, "board is null");
        outputs = List.copyOf(outputs);
    }
}
