/** Whether the scheduler can do its work: {@link io.finemesh.scheduler.health.StreamsReadiness}. */
package io.finemesh.scheduler.health;
