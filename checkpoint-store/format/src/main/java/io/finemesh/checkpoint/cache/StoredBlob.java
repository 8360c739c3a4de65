package io.finemesh.checkpoint.cache;

import java.nio.file.Path;

/**
 * An object that is in the cache now.
 *
 * @param digest SHA-256 of its bytes, 64 lower-case hexadecimal digits
 * @param sizeBytes its size
 * @param path where it is; never write to it
 */
public record StoredBlob(String digest, long sizeBytes, Path path) {}
