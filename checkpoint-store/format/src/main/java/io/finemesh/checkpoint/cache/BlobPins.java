package io.finemesh.checkpoint.cache;

/** While it is open, the objects it was made for are not evicted. Closing it twice does nothing more. */
public interface BlobPins extends AutoCloseable {
    @Override
    void close();
}
