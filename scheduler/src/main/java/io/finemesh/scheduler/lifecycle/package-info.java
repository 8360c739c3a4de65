/**
 * One run from submission to its end, as two pure functions: {@link io.finemesh.scheduler.lifecycle.RunLifecycle} decides what an input means
 * for a run and gives a {@link io.finemesh.scheduler.lifecycle.Decision} of {@link io.finemesh.scheduler.lifecycle.RunChange}s and {@link
 * io.finemesh.scheduler.announcement.Announcement}s; {@link io.finemesh.scheduler.lifecycle.RunState} is where the run stands and changes by nothing
 * but {@link io.finemesh.scheduler.lifecycle.RunLifecycle#evolve}. {@link io.finemesh.scheduler.lifecycle.RetryPolicy} answers "again?".
 */
package io.finemesh.scheduler.lifecycle;
