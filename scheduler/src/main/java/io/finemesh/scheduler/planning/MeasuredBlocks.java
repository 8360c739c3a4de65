package io.finemesh.scheduler.planning;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.finemesh.plan.blocks.Block;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The gradient norms that a run has measured, by which BAdam's order of importance chooses where no numbers were given. A pass of as many visits as there are
 * blocks goes by what was measured before it, so that any of its visits is planned without the others; the first pass has nothing to go by and visits each block
 * once.
 *
 * @param latest by block, the mean gradient norm of its newest visit
 * @param before as {@code latest} was when the pass began that the next segment is in
 */
public record MeasuredBlocks(SortedMap<String, Double> latest, SortedMap<String, Double> before) {
    /** Nothing was measured. */
    public static final MeasuredBlocks NONE = new MeasuredBlocks(new TreeMap<>(), new TreeMap<>());

    /** Below this share of the mean nothing falls: a block that is never visited again would never be measured again. */
    private static final double LEAST_SHARE = 0.1;

    public MeasuredBlocks {
        latest = Collections.unmodifiableSortedMap(new TreeMap<>(latest));
        before = Collections.unmodifiableSortedMap(new TreeMap<>(before));
    }

    /** Whether nothing was measured. */
    @JsonIgnore
    public boolean isEmpty() {
        return latest.isEmpty();
    }

    /**
     * What is known after a visit.
     *
     * @param index of the visit, from 0
     * @param blocks how many blocks, and so visits of a pass, there are
     * @param block that was visited
     * @param norm mean gradient norm of its steps; absent where none counts, so that what was known of the block stays
     */
    public MeasuredBlocks after(int index, int blocks, String block, OptionalDouble norm) {
        SortedMap<String, Double> now = new TreeMap<>(latest);
        norm.ifPresent(value -> now.put(block, value));
        return new MeasuredBlocks(now, (index + 1) % blocks == 0 ? now : before);
    }

    /** How important each block is in this pass; one that was not measured is as the others are on average. */
    List<Double> importance(List<Block> blocks) {
        Map<String, Double> norms = before;
        double mean = norms.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
        if (!(mean > 0) || Double.isInfinite(mean)) {
            return Collections.nCopies(blocks.size(), 1.0);
        }
        return blocks.stream()
                .map(block -> Math.max(norms.getOrDefault(block.id(), mean), LEAST_SHARE * mean))
                .toList();
    }
}
