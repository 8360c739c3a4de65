package io.finemesh.trainer.segment;

import io.finemesh.checkpoint.cache.BlobPins;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.trainer.failure.SegmentFailureException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a segment starts from, on the local disk.
 *
 * @param manifest of the base checkpoint
 * @param dataset object of the data set version: normalised rows, or the list of the objects that hold them
 * @param rows objects of normalised rows, in order
 * @param files where every blob is, by digest
 * @param pins keep them there until closed
 */
record SegmentBase(
        Manifest manifest, BlobReference dataset, List<BlobReference> rows, Map<String, Path> files, BlobPins pins)
        implements AutoCloseable {
    static final String CONFIGURATION = "config.json";
    static final String TOKENIZER = "tokenizer.json";
    static final String TOKENIZER_CONFIGURATION = "tokenizer_config.json";
    static final String CHAT_TEMPLATE = "chat_template.jinja";

    /** What a run with the model's own chat template reads, where the model has it. */
    static final List<String> TEMPLATE_FILES = List.of(TOKENIZER_CONFIGURATION, CHAT_TEMPLATE);

    /** Where a blob is. */
    Path path(BlobReference blob) {
        return path(blob.digest());
    }

    /** Where a blob is. */
    Path path(String digest) {
        Path path = files.get(digest);
        if (path == null) {
            // Cannot happen because every blob of the manifest was fetched.
            throw new IllegalStateException("blob " + digest + " was not fetched");
        }
        return path;
    }

    /** A file of the model, if it has it and it was fetched. */
    Optional<Path> file(String name) {
        return manifest.file(name).map(FileEntry::blob).map(blob -> files.get(blob.digest()));
    }

    /** A file that training cannot do without. */
    static BlobReference requiredFile(Manifest manifest, String name) throws SegmentFailureException {
        return manifest.file(name)
                .map(FileEntry::blob)
                .orElseThrow(() -> new SegmentFailureException(
                        FailureCode.MODEL_NOT_USABLE,
                        "the model has no " + name + "; import it again from a directory that has one"));
    }

    @Override
    public void close() {
        pins.close();
    }
}
