/**
 * Decides: what a submission means, which trainer does which segment, what happens after a failure, when a run is done. Start reading at {@link
 * io.finemesh.scheduler.lifecycle.RunLifecycle} and {@link io.finemesh.scheduler.placement.Placement}; {@link
 * io.finemesh.scheduler.messaging.SchedulerTopology} is the shell around them.
 */
package io.finemesh.scheduler;
