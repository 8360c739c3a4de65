/**
 * Object storage behind a small interface: {@link io.finemesh.store.storage.ObjectStorage} says what the store needs of it, {@link
 * io.finemesh.store.storage.S3Storage} does it over the S3 protocol, {@link io.finemesh.store.storage.SpaceAwareStorage} remembers
 * when it is full, {@link io.finemesh.store.storage.StorageLayout} says under which
 * key what lies, and {@link io.finemesh.store.storage.DecisivePut} turns an ambiguous reply into a certain one. Whatever goes wrong is
 * a {@link io.finemesh.store.storage.StorageException}.
 */
package io.finemesh.store.storage;
