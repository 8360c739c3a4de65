package io.finemesh.demo.client;

/**
 * One figure of one evaluation.
 *
 * @param afterSteps optimizer steps the scored checkpoint had seen
 * @param task task name
 * @param metric metric name
 * @param value the figure
 * @param samples samples it is over
 */
public record Score(long afterSteps, String task, String metric, double value, long samples) {}
