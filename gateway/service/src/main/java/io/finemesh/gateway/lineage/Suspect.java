package io.finemesh.gateway.lineage;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.store.RowPlace;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What may have done harm: a whole data set, one version of it, or one row.
 *
 * @param dataset name of the data set
 * @param since first version with it
 * @param before first version without it again
 * @param side which part of a version has it
 * @param place where it stands among the training rows, where it is one of them
 */
public record Suspect(String dataset, int since, OptionalInt before, Side side, Optional<RowPlace> place) {
    public Suspect {
        requireNonNull(dataset, "dataset is null");
        requireNonNull(before, "before is null");
        requireNonNull(side, "side is null");
        requireNonNull(place, "place is null");
    }

    /** Which part of a version has a suspect. */
    public enum Side {
        /** The rows that are trained on and those that are held out. */
        BOTH,
        /** The rows that are trained on. */
        TRAINING,
        /** The rows that are held out. */
        HELD_OUT,
        /** No part: it was never taken. */
        NEITHER
    }

    /** Every version of a data set. */
    public static Suspect dataset(String name) {
        return new Suspect(name, 1, OptionalInt.empty(), Side.BOTH, Optional.empty());
    }

    /** One version of a data set. */
    public static Suspect version(String name, int number) {
        return new Suspect(name, number, OptionalInt.of(number + 1), Side.BOTH, Optional.empty());
    }

    /** One row of a data set that grows. */
    public static Suspect row(RowDescriptor row) {
        Side side =
                switch (row.part()) {
                    case "training" -> Side.TRAINING;
                    case "held-out" -> Side.HELD_OUT;
                    default -> Side.NEITHER;
                };
        return new Suspect(row.name(), row.slice(), row.removedIn(), side, row.place());
    }

    /**
     * One row of a version that was uploaded whole.
     *
     * @param place of the row, from 0
     */
    public static Suspect row(String name, int number, long place) {
        return new Suspect(
                name, number, OptionalInt.of(number + 1), Side.TRAINING, Optional.of(new RowPlace(place, List.of())));
    }

    /** Whether a version, such as {@code sums@3} or {@code sums@3:held-out}, has it. */
    boolean isIn(DatasetVersion version) {
        boolean heldOut = version.isHeldOut();
        boolean thatSide =
                switch (side) {
                    case BOTH -> true;
                    case TRAINING -> !heldOut;
                    case HELD_OUT -> heldOut;
                    case NEITHER -> false;
                };
        if (!thatSide || !version.value().startsWith(dataset + "@")) {
            return false;
        }
        int number = version.number();
        return number >= since && (before.isEmpty() || number < before.getAsInt());
    }

    /** Its place, from 0, among the rows of a version that has it; empty where it is not one row. */
    OptionalLong placeIn(DatasetVersion version) {
        return place.map(row -> OptionalLong.of(row.in(version.number()))).orElse(OptionalLong.empty());
    }
}
