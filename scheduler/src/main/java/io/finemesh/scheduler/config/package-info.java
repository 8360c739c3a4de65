/** The scheduler's settings: {@link io.finemesh.scheduler.config.SchedulerConfig}, all of them, with their defaults. */
package io.finemesh.scheduler.config;
