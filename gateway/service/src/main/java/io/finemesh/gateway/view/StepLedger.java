package io.finemesh.gateway.view;

import io.finemesh.contract.training.StepCompleted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every optimizer step of a run once: of several reports of a step, the one of the latest lease epoch counts. When a segment is given
 * out under a newer epoch, what older epochs said about its steps and later ones no longer counts either, in whatever order the two
 * are read.
 */
final class StepLedger {
    /** Steps beyond this are not kept; far beyond any run, and a bound on what one bad record can allocate. */
    static final long MOST_STEPS = 1_000_000_000L;

    private final TreeMap<Long, StepColumns> pages = new TreeMap<>();
    private final Names blocks = new Names(4_096);
    private final Names phases = new Names(32);
    /**
     * Epochs that a segment was given out under, with its first step. An epoch is left out when a newer one begins at the same step or
     * before it, so first steps grow with epochs and the next newer epoch tells all.
     */
    private final TreeMap<Long, Long> firstStepByEpoch = new TreeMap<>();

    private long count;
    private long tokens;

    /** Steps in the ledger. */
    long count() {
        return count;
    }

    /** Tokens computed in the steps of the ledger. */
    long tokens() {
        return tokens;
    }

    /**
     * Takes a report of a step.
     *
     * @param order position in the run's order of arrival
     * @return false when the ledger already has it, or something newer
     */
    boolean add(StepCompleted step, long offset, Instant time, long order) {
        if (step.step() < 0 || step.step() >= MOST_STEPS || outdated(step.step(), step.epoch())) {
            return false;
        }
        StepColumns page = pages.computeIfAbsent(step.step() / StepColumns.ROWS, _ -> new StepColumns());
        int row = row(step.step());
        if (page.epoch[row] >= step.epoch()) {
            return false;
        }
        if (page.epoch[row] >= 0) {
            tokens -= page.tokens[row];
        } else {
            count++;
        }
        tokens += step.tokens();
        page.epoch[row] = step.epoch();
        page.offset[row] = offset;
        page.order[row] = order;
        page.millis[row] = time.toEpochMilli();
        page.loss[row] = step.loss();
        page.gradientNorm[row] = step.gradientNorm();
        page.learningRate[row] = step.learningRate();
        page.nativeBytes[row] = step.nativeBytes();
        page.segment[row] = step.segmentIndex();
        page.tokens[row] = step.tokens();
        page.labelledTokens[row] = step.labelledTokens();
        page.block[row] = step.block().map(blocks::number).orElse((short) -1);
        page.skipped[row] = step.skipped();
        page.clearPhases(row);
        step.phaseMicros().forEach((name, micros) -> page.phase(phases.number(name), row, micros));
        return true;
    }

    /** From this step on, only the epoch and later ones count. */
    void restart(long firstStep, long epoch) {
        if (outdated(firstStep, epoch - 1)) {
            return;
        }
        firstStepByEpoch.headMap(epoch, true).values().removeIf(first -> first >= firstStep);
        firstStepByEpoch.put(epoch, firstStep);
        for (var page : pages.tailMap(firstStep / StepColumns.ROWS, true).entrySet()) {
            StepColumns columns = page.getValue();
            for (int row = 0; row < StepColumns.ROWS; row++) {
                long step = page.getKey() * StepColumns.ROWS + row;
                if (step >= firstStep && columns.epoch[row] >= 0 && columns.epoch[row] < epoch) {
                    columns.epoch[row] = -1;
                    tokens -= columns.tokens[row];
                    count--;
                }
            }
        }
    }

    private boolean outdated(long step, long epoch) {
        Map.Entry<Long, Long> newer = firstStepByEpoch.higherEntry(epoch);
        return newer != null && newer.getValue() <= step;
    }

    /** Steps from one on, in order. */
    List<Step> from(long first, int atMost, long committedSteps) {
        List<Step> steps = new ArrayList<>();
        long start = Math.max(first, 0);
        for (var page : pages.tailMap(start / StepColumns.ROWS, true).entrySet()) {
            for (int row = 0; row < StepColumns.ROWS && steps.size() < atMost; row++) {
                long step = page.getKey() * StepColumns.ROWS + row;
                if (step >= start && page.getValue().epoch[row] >= 0) {
                    steps.add(read(page.getValue(), row, step, committedSteps));
                }
            }
            if (steps.size() >= atMost) {
                break;
            }
        }
        return steps;
    }

    /** A step, if it stands in the ledger as it arrived in that order; a newer report of it has another order. */
    Optional<Step> arrived(long step, long order, long committedSteps) {
        return standing(step, order).map(page -> read(page, row(step), step, committedSteps));
    }

    /** Offset of a step's report; empty when it no longer stands as it arrived in that order. */
    Optional<Long> offsetOf(long step, long order) {
        return standing(step, order).map(page -> page.offset[row(step)]);
    }

    /** The steps with the highest numbers, in order. */
    List<Step> lastSteps(int atMost, long committedSteps) {
        List<Step> steps = new ArrayList<>();
        for (var page : pages.descendingMap().entrySet()) {
            for (int row = StepColumns.ROWS - 1; row >= 0 && steps.size() < atMost; row--) {
                if (page.getValue().epoch[row] >= 0) {
                    steps.add(read(page.getValue(), row, page.getKey() * StepColumns.ROWS + row, committedSteps));
                }
            }
            if (steps.size() >= atMost) {
                break;
            }
        }
        return steps.reversed();
    }

    /** When a step was reported; empty when it no longer stands as it arrived in that order. */
    Optional<Long> millisOf(long step, long order) {
        return standing(step, order).map(page -> page.millis[row(step)]);
    }

    private Optional<StepColumns> standing(long step, long order) {
        StepColumns page = pages.get(step / StepColumns.ROWS);
        return page != null && page.epoch[row(step)] >= 0 && page.order[row(step)] == order
                ? Optional.of(page)
                : Optional.empty();
    }

    private Step read(StepColumns page, int row, long step, long committedSteps) {
        Map<String, Long> micros = new LinkedHashMap<>();
        for (int column = 0; column < page.phaseColumns(); column++) {
            if (page.phase(column, row) >= 0) {
                micros.put(phases.name((short) column), page.phase(column, row));
            }
        }
        return new Step(
                step,
                page.segment[row],
                page.epoch[row],
                Instant.ofEpochMilli(page.millis[row]),
                page.loss[row],
                page.gradientNorm[row],
                page.learningRate[row],
                page.tokens[row],
                page.labelledTokens[row],
                page.skipped[row],
                page.block[row] < 0 ? Optional.empty() : Optional.of(blocks.name(page.block[row])),
                micros,
                page.nativeBytes[row],
                step < committedSteps);
    }

    private static int row(long step) {
        return (int) (step % StepColumns.ROWS);
    }
}
