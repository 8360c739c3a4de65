package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Range;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Value;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** {@code value[start:stop:step]} with any part left out and any part negative. */
public final class Slicing {
    /** A position that is never reached, whatever the length. */
    private static final long FAR = 1L << 40;

    private Slicing() {}

    /**
     * Cuts a text, list, tuple or range.
     *
     * @param start first element, or {@code None}
     * @param stop element that is not reached, or {@code None}
     * @param step distance, or {@code None} for 1
     * @return the slice, or null where the value has no slices
     */
    public static Value slice(Value value, Value start, Value stop, Value step, Budget budget) {
        return switch (value) {
            case Text text -> {
                if (text.isFlat()) {
                    yield slice(text, text.string().length(), start, stop, step, budget);
                }
                yield slice(text, text.length(), start, stop, step, budget);
            }
            case Sequence sequence -> {
                Bounds bounds = Bounds.of(sequence.items().size(), start, stop, step);
                List<Value> items = new ArrayList<>((int) bounds.count());
                budget.allocate(bounds.count());
                for (long round = 0; round < bounds.count(); round++) {
                    items.add(sequence.items().get((int) bounds.at(round)));
                }
                yield sequence instanceof Sequence.Array ? Sequence.list(items, budget) : Sequence.tuple(items, budget);
            }
            case Range range -> {
                Bounds bounds = Bounds.of(range.length(), start, stop, step);
                long first = range.start() + bounds.start() * range.step();
                long distance = range.step() * bounds.step();
                yield new Range(first, first + distance * bounds.count(), distance);
            }
            case Value other -> null;
        };
    }

    private static Value slice(Text text, int length, Value start, Value stop, Value step, Budget budget) {
        Bounds bounds = Bounds.of(length, start, stop, step);
        budget.text(bounds.count());
        budget.read(text.string().length());
        if (bounds.step() == 1) {
            return new Text(text.between((int) bounds.start(), (int) (bounds.start() + bounds.count())), text.markup());
        }
        int[] points = text.string().codePoints().toArray();
        int[] chosen = new int[(int) bounds.count()];
        for (int round = 0; round < chosen.length; round++) {
            chosen[round] = points[(int) bounds.at(round)];
        }
        return new Text(new String(chosen, 0, chosen.length), text.markup());
    }

    private record Bounds(long start, long step, long count) {
        static Bounds of(long length, Value start, Value stop, Value step) {
            long distance = step == Value.None.NONE ? 1 : position(step);
            if (distance == 0) {
                throw TemplateException.value("the step of a slice is 0");
            }
            long lowest = distance > 0 ? 0 : -1;
            long highest = distance > 0 ? length : length - 1;
            long from = start == Value.None.NONE
                    ? (distance > 0 ? lowest : highest)
                    : clamp(position(start), length, lowest, highest);
            long to = stop == Value.None.NONE
                    ? (distance > 0 ? highest : lowest)
                    : clamp(position(stop), length, lowest, highest);
            long count = distance > 0
                    ? Math.max(0, Math.ceilDiv(to - from, distance))
                    : Math.max(0, Math.ceilDiv(from - to, -distance));
            return new Bounds(from, distance, count);
        }

        long at(long round) {
            return start + round * step;
        }

        private static long clamp(long position, long length, long lowest, long highest) {
            long absolute = position < 0 ? position + length : position;
            return Math.min(Math.max(absolute, lowest), highest);
        }

        private static long position(Value value) {
            BigInteger number = Comparison.integer(value);
            if (number == null) {
                if (value instanceof io.finemesh.template.value.Undefined undefined) {
                    throw undefined.failure();
                }
                throw TemplateException.type("a slice needs integers, not a value of type " + TypeName.of(value));
            }
            if (number.bitLength() > 40) {
                return number.signum() < 0 ? -FAR : FAR;
            }
            return number.longValue();
        }
    }
}
