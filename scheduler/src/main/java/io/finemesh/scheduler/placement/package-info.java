/**
 * Who trains what: {@link io.finemesh.scheduler.placement.PlacementBoard} knows the trainers, the leases and the requests that wait; {@link
 * io.finemesh.scheduler.placement.Placement} decides what requests, heartbeats and the passing of time mean for it, within {@link
 * io.finemesh.scheduler.placement.PlacementTerms}. Pure.
 */
package io.finemesh.scheduler.placement;
