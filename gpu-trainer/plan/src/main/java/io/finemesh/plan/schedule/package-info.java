/**
 * What happens at which optimizer step: the {@link io.finemesh.plan.schedule.LearningRateSchedule}, and the
 * {@link io.finemesh.plan.schedule.SegmentPlan} that cuts a run of some {@link io.finemesh.plan.schedule.RunLength} into the {@link io.finemesh.plan.schedule.SegmentWindow}s after which a checkpoint is
 * committed.
 */
package io.finemesh.plan.schedule;
