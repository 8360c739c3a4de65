/**
 * What a checkpoint is. In flow order: a {@link io.finemesh.checkpoint.manifest.GroupBlob} holds the tensors of one parameter
 * group; {@link io.finemesh.checkpoint.manifest.StagedBlob} describes it once uploaded;
 * {@link io.finemesh.checkpoint.manifest.Manifest} names all blobs and tensors of a checkpoint, derives its id from its own
 * bytes and makes children; {@link io.finemesh.checkpoint.manifest.ManifestReader} reads it strictly;
 * {@link io.finemesh.checkpoint.manifest.ManifestTensorSource} opens its weights from local blobs.
 */
package io.finemesh.checkpoint.manifest;
