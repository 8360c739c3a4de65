package io.finemesh.store.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;

/**
 * An object being read.
 *
 * @param facts size and entity tag of what is being read
 * @param body its bytes; an end before {@code facts.sizeBytes()} is an {@link IOException}, never a short read
 */
public record StoredObject(ObjectFacts facts, InputStream body) implements AutoCloseable {
    public StoredObject {
        requireNonNull(facts, "facts is null");
        requireNonNull(body, "body is null");
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
