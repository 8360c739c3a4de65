/**
 * When policies fire. {@link io.finemesh.scheduler.trigger.Triggers} takes what is said about policies, data sets, runs, scores and the outside, keeps the {@link
 * io.finemesh.scheduler.trigger.TriggerBoard}, and asks {@link io.finemesh.scheduler.trigger.PolicyReasons} for what speaks for a firing and {@link
 * io.finemesh.scheduler.trigger.PolicyHolds} for what speaks against it now. Pure: the same board, input and time give the same decision.
 */
package io.finemesh.scheduler.trigger;
