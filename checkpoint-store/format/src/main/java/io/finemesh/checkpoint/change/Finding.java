package io.finemesh.checkpoint.change;

import java.util.Locale;
import java.util.Optional;

/** Why two tensors cannot be compared. */
public enum Finding {
    /** The base has it and the checkpoint does not. */
    MISSING(true),
    /** The checkpoint has it and the base does not. */
    ADDED(true),
    /** Both have it, of different shapes. */
    SHAPE_DIFFERS(true),
    /** An element is not a number, or infinite. */
    NOT_FINITE(true),
    /** Its elements are of a type that is not computed with; its bytes differ. */
    UNSUPPORTED_TYPE(true),
    /** One model ties its output head to the embedding, so that the head's change is the embedding's there. */
    TIED(false);

    private final boolean doubtful;

    Finding(boolean doubtful) {
        this.doubtful = doubtful;
    }

    /** Whether a report with it cannot say that the update is sound. */
    public boolean isDoubtful() {
        return doubtful;
    }

    /** The name in reports. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The finding of this name. */
    static Optional<Finding> named(String name) {
        for (Finding finding : values()) {
            if (finding.wireName().equals(name)) {
                return Optional.of(finding);
            }
        }
        return Optional.empty();
    }
}
