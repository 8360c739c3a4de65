/**
 * Leases: {@link io.finemesh.scheduler.lease.Lease} is a segment in one trainer's hands, {@link io.finemesh.scheduler.lease.LeaseTerms} says when
 * a trainer counts as gone and when a lease that nobody took up is offered again or given up. Pure.
 */
package io.finemesh.scheduler.lease;
