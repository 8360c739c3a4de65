/**
 * What the store leaves in traces and figures: {@link io.finemesh.store.trace.CommitTelemetry} a span and a timing for every result,
 * {@link io.finemesh.store.trace.ImportTelemetry} one for every import, {@link io.finemesh.store.trace.TraceContexts} reads and writes
 * W3C trace contexts.
 */
package io.finemesh.store.trace;
