/**
 * Committed checkpoints: {@link io.finemesh.store.manifest.ManifestStore} writes and reads manifests, {@link
 * io.finemesh.store.manifest.CheckpointCatalogue} describes checkpoints for people and services, {@link
 * io.finemesh.store.manifest.ManifestDifference} says what a checkpoint changed.
 */
package io.finemesh.store.manifest;
