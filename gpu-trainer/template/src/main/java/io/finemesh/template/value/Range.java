package io.finemesh.template.value;

/**
 * An arithmetic progression that is never written out.
 *
 * @param start first element
 * @param stop bound that is not reached
 * @param step difference of neighbours, never 0
 */
public record Range(long start, long stop, long step) implements Value {
    /** Number of elements. */
    public long length() {
        if (step > 0) {
            return start >= stop ? 0 : Math.ceilDiv(Math.subtractExact(stop, start), step);
        }
        return start <= stop ? 0 : Math.ceilDiv(Math.subtractExact(start, stop), -step);
    }

    /** Element at a position. */
    public Value at(long position) {
        return Whole.of(start + position * step);
    }

    @Override
    public long weight() {
        return 1 + length() / 64;
    }
}
