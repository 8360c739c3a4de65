package io.finemesh.cli.planning;

import io.finemesh.plan.memory.MemoryPlan;
import java.util.OptionalLong;

/**
 * A question that can be answered.
 *
 * @param plan whose memory is asked for
 * @param budgetBytes that it should fit
 * @param cutoffTokens longest sample, by which rows are counted in samples
 */
public record PlanRequest(MemoryPlan plan, OptionalLong budgetBytes, int cutoffTokens) {}
