/**
 * Spans: {@link io.finemesh.trainer.trace.TrainerTracing} begins them, a {@link io.finemesh.trainer.trace.SegmentTrace} is the trace of one
 * segment. A segment is a trace of its own, linked to the submission and to the segment before, because one trace for a whole run
 * would be more than any backend shows.
 */
package io.finemesh.trainer.trace;
