/**
 * A local directory of immutable objects named by the SHA-256 of their bytes, so that nothing is fetched twice.
 *
 * <p>{@link io.finemesh.checkpoint.cache.CacheSettings} says where and how much, {@link io.finemesh.checkpoint.cache.BlobCache}
 * fetches and keeps, {@link io.finemesh.checkpoint.cache.BlobPins} spares what is in use, {@code CacheIndex} decides what
 * has to go, and {@link io.finemesh.checkpoint.cache.BlobCacheException} says why an object cannot be had.
 */
package io.finemesh.checkpoint.cache;
