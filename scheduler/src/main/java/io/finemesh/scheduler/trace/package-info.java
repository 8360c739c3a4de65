/** Spans: {@link io.finemesh.scheduler.trace.RunSpans} shows where a run was planned and where it ended, linked to its submission. */
package io.finemesh.scheduler.trace;
