/** Fetches what a checkpoint and a data set consist of: {@link io.finemesh.evaluator.blob.CheckpointFetcher}. */
package io.finemesh.evaluator.blob;
