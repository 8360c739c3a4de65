package io.finemesh.gateway.lineage;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.store.RowDescriptor;
import java.util.OptionalInt;

/**
 * What may have done harm: a whole data set, one version of it, or one row.
 *
 * @param dataset name of the data set
 * @param since first version with it
 * @param before first version without it again
 * @param trains whether it is trained on; a held-out row touches evaluations only
 */
public record Suspect(String dataset, int since, OptionalInt before, boolean trains) {
    public Suspect {
        requireNonNull(dataset, "dataset is null");
        requireNonNull(before, "before is null");
    }

    /** Every version of a data set. */
    public static Suspect dataset(String name) {
        return new Suspect(name, 1, OptionalInt.empty(), true);
    }

    /** One version of a data set. */
    public static Suspect version(String name, int number) {
        return new Suspect(name, number, OptionalInt.of(number + 1), true);
    }

    /** One row of a data set that grows. */
    public static Suspect row(RowDescriptor row) {
        return new Suspect(row.name(), row.slice(), row.removedIn(), row.part().equals("training"));
    }

    /** Whether a version, such as {@code sums@3} or {@code sums@3:held-out}, has it. */
    boolean isIn(String version) {
        String whole = version.replaceFirst(":held-out$", "");
        int at = whole.lastIndexOf('@');
        if (at < 0 || !whole.substring(0, at).equals(dataset)) {
            return false;
        }
        int number = Integer.parseInt(whole.substring(at + 1));
        return number >= since && (before.isEmpty() || number < before.getAsInt());
    }
}
