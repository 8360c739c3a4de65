/** What a trainer counts: {@link io.finemesh.trainer.metric.TrainerMetrics}. */
package io.finemesh.trainer.metric;
