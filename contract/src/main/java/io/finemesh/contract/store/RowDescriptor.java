package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.DatasetVersion;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One row of a growing data set.
 *
 * @param row its id: SHA-256 of the normalised row
 * @param name name of the data set
 * @param slice slice that brought it
 * @param since the first version with it
 * @param part training, held-out or quarantined
 * @param removedIn slice that took it away; empty while it is there
 * @param text the normalised row; empty when it is no longer there
 * @param place where it stands among the training rows; empty for a row that is not trained on
 */
public record RowDescriptor(
        String row,
        String name,
        int slice,
        DatasetVersion since,
        String part,
        OptionalInt removedIn,
        Optional<String> text,
        Optional<RowPlace> place) {
    public RowDescriptor {
        requireNonNull(row, "row is null");
        requireNonNull(name, "name is null");
        requireNonNull(since, "since is null");
        requireNonNull(part, "part is null");
        removedIn = removedIn == null ? OptionalInt.empty() : removedIn;
        text = text == null ? Optional.empty() : text;
        place = place == null ? Optional.empty() : place;
    }
}
