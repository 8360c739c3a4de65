package io.finemesh.plan.schedule;

import io.finemesh.plan.blocks.BlockVisit;
import io.finemesh.plan.blocks.BlockVisits;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How a run is cut into segments. Each segment is computed from its index; nothing is kept in memory. */
public sealed interface SegmentPlan {
    /** Number of segments. */
    int count();

    /** The segment with this index, 0 .. count-1. */
    SegmentWindow at(int index);

    /** The segment a 0-based step falls into. */
    SegmentWindow containing(long step);

    /** Optimizer steps of the run. */
    long totalSteps();

    /** All segments in order, computed as they are read. */
    default Stream<SegmentWindow> windows() {
        return IntStream.range(0, count()).mapToObj(this::at);
    }

    /** A segment every {@code checkpointSteps} steps, all parameters trained (AdamW). */
    static SegmentPlan ofWindows(long totalSteps, int checkpointSteps) {
        return new FixedWindows(totalSteps, checkpointSteps);
    }

    /** A segment per block visit (BAdam). */
    static SegmentPlan ofVisits(BlockVisits visits) {
        return new VisitPerSegment(visits);
    }

    /**
     * Windows of one length; the last may be shorter.
     *
     * @param totalSteps optimizer steps of the run, at least 1
     * @param checkpointSteps optimizer steps of a segment, at least 1; more than the run has means one segment
     */
    record FixedWindows(long totalSteps, int checkpointSteps) implements SegmentPlan {
        public FixedWindows {
            if (totalSteps < 1) {
                throw new IllegalArgumentException("a run has at least 1 step, got " + totalSteps);
            }
            if (checkpointSteps < 1) {
                throw new IllegalArgumentException("checkpoint steps must be at least 1, got " + checkpointSteps);
            }
            if (totalSteps / checkpointSteps >= Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a run of " + totalSteps + " steps with a checkpoint every "
                        + checkpointSteps + " has more segments than can be counted; raise the checkpoint steps");
            }
        }

        @Override
        public int count() {
            return Math.toIntExact(Math.ceilDiv(totalSteps, checkpointSteps));
        }

        @Override
        public SegmentWindow at(int index) {
            Objects.checkIndex(index, count());
            long first = (long) index * checkpointSteps;
            int steps = (int) Math.min(checkpointSteps, totalSteps - first);
            return new SegmentWindow(index, first, steps, Optional.empty());
        }

        @Override
        public SegmentWindow containing(long step) {
            Objects.checkIndex(step, totalSteps);
            return at(Math.toIntExact(step / checkpointSteps));
        }
    }

    /** One segment per visit. */
    record VisitPerSegment(BlockVisits visits) implements SegmentPlan {
        public VisitPerSegment {
            Objects.requireNonNull(visits, "visits is null");
        }

        @Override
        public int count() {
            return visits.count();
        }

        @Override
        public SegmentWindow at(int index) {
            return window(visits.visit(index));
        }

        @Override
        public SegmentWindow containing(long step) {
            return window(visits.containing(step));
        }

        @Override
        public long totalSteps() {
            return visits.totalSteps();
        }

        private static SegmentWindow window(BlockVisit visit) {
            return new SegmentWindow(visit.index(), visit.firstStep(), visit.steps(), Optional.of(visit.block()));
        }
    }
}
