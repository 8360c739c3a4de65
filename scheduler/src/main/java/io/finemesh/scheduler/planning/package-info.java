/**
 * What a submission means in reality: {@link io.finemesh.scheduler.planning.RunPlanner} turns it into a plan or says everything that
 * is wrong with it ({@link io.finemesh.scheduler.planning.MethodPlanning} knows what a method means for a model), and {@link io.finemesh.scheduler.planning.RunSegments} gives any segment of an accepted plan by its index. Pure: no
 * Kafka, no clock, no log.
 */
package io.finemesh.scheduler.planning;
