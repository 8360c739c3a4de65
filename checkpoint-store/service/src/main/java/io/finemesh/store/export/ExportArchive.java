package io.finemesh.store.export;

import java.io.IOException;
import java.io.OutputStream;

/** A tar that has everything it needs on local disk, so that sending cannot fail but for the connection. */
public sealed interface ExportArchive extends AutoCloseable permits CheckpointExport, AdapterExport {
    /** Length of the archive. */
    long sizeBytes();

    /** Writes the archive; the stream is neither flushed nor closed. */
    void writeTo(OutputStream out) throws IOException;

    /** Frees the local disk space. */
    @Override
    void close();
}
