/**
 * Executing segments: the {@link io.finemesh.trainer.segment.SegmentRunner} is the one thread that owns the device and takes
 * messages from its mailbox, {@link io.finemesh.trainer.segment.SegmentExecution} is one segment from beginning to end,
 * {@link io.finemesh.trainer.segment.BaseLoader} brings what it starts from, {@code RunSession} holds what stays in native memory
 * between the segments of a run, {@code RunPlan} says in the engine's words what the specification asks for.
 */
package io.finemesh.trainer.segment;
