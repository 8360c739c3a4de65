package io.finemesh.gateway.view;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How far a reader of one run has come: for each source, the offset after the last record it has seen. Offsets are the broker's, so a
 * position means the same after the gateway restarts, whatever order the topics are read in then. It only grows.
 *
 * <p>Text form: {@code 1.r12.s340}, a version and then every source that has been read.
 */
public final class Position {
    private static final String VERSION = "1";
    private static final Pattern PART = Pattern.compile("[a-z](0|[1-9][0-9]{0,17})");

    private final long[] next;

    private Position(long[] next) {
        this.next = next;
    }

    /** Before everything. */
    public static Position start() {
        return new Position(new long[Source.values().length]);
    }

    /** The position after everything a view has taken, by source. */
    static Position after(long[] nextOffsets) {
        return new Position(nextOffsets.clone());
    }

    /** Reads the text form; empty when it is none. */
    public static Optional<Position> parse(String text) {
        String[] parts = text.strip().split("\\.", -1);
        if (!parts[0].equals(VERSION) || parts.length > Source.values().length + 1) {
            return Optional.empty();
        }
        long[] next = new long[Source.values().length];
        Set<Source> seen = EnumSet.noneOf(Source.class);
        for (int index = 1; index < parts.length; index++) {
            String part = parts[index];
            if (!PART.matcher(part).matches()) {
                return Optional.empty();
            }
            Optional<Source> source = Arrays.stream(Source.values())
                    .filter(candidate -> candidate.letter() == part.charAt(0))
                    .findFirst();
            if (source.isEmpty()) {
                return Optional.empty();
            }
            if (!seen.add(source.get())) {
                return Optional.empty();
            }
            next[source.get().ordinal()] = Long.parseLong(part.substring(1));
        }
        return Optional.of(new Position(next));
    }

    /** Whether a record of the source at the offset lies behind this position. */
    public boolean covers(Source source, long offset) {
        return offset < next[source.ordinal()];
    }

    /** This position, moved past a record. */
    public Position past(Source source, long offset) {
        if (covers(source, offset)) {
            return this;
        }
        long[] moved = next.clone();
        moved[source.ordinal()] = offset + 1;
        return new Position(moved);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Position position && Arrays.equals(next, position.next);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(next);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(VERSION);
        for (Source source : Source.values()) {
            if (next[source.ordinal()] > 0) {
                text.append('.').append(source.letter()).append(next[source.ordinal()]);
            }
        }
        return text.toString();
    }
}
