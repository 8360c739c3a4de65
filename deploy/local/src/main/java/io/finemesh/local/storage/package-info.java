/**
 * A real S3 server in this JVM that keeps its objects as files: {@link io.finemesh.local.storage.StorageCredentials} are made once
 * per installation, {@link io.finemesh.local.storage.EmbeddedStorage} serves the bucket under them, {@link
 * io.finemesh.local.storage.FullDiskAnswers} says so when there is no room.
 */
package io.finemesh.local.storage;
