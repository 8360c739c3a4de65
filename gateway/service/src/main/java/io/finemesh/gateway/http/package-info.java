/**
 * The HTTP edge. {@link io.finemesh.gateway.http.RunResource} takes runs in and tells of them, {@link
 * io.finemesh.gateway.http.RunEventsResource} follows one, {@link io.finemesh.gateway.http.ModelResource}, {@link
 * io.finemesh.gateway.http.DatasetResource} and {@link io.finemesh.gateway.http.CheckpointResource} pass artifacts through, {@link
 * io.finemesh.gateway.http.RequestHeaders} refuses what none of them reads, and {@link
 * io.finemesh.gateway.http.ProblemMappers} makes every failure a problem document.
 */
package io.finemesh.gateway.http;
