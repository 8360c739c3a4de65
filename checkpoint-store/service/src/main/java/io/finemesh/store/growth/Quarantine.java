package io.finemesh.store.growth;

import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.refusal.Names;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What could not be taken into a data set or was taken away, with the reasons. */
public final class Quarantine {
    private final GrowingVersions versions;
    private final BlobStore blobs;

    public Quarantine(GrowingVersions versions, BlobStore blobs) {
        this.versions = versions;
        this.blobs = blobs;
    }

    /** Writes it, oldest first: one JSON object a line, beginning with the slice. */
    public void write(String name, OutputStream out) throws IOException {
        Names.require("data set", name);
        try {
            for (DatasetSlice slice : versions.slices(name)) {
                byte[] begin = ("{\"slice\":" + slice.number() + ",").getBytes(StandardCharsets.UTF_8);
                slice.quarantine()
                        .ifPresent(blob -> RowLookup.lines(blobs, blob, line -> {
                            try {
                                out.write(begin);
                                out.write(line, 1, line.length - 1);
                            } catch (IOException gone) {
                                throw new UncheckedIOException(gone);
                            }
                        }));
            }
        } catch (UncheckedIOException gone) {
            throw gone.getCause();
        }
    }
}
