package io.finemesh.store.export;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.ManifestTensorSource;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.tensors.HuggingFaceExport;
import io.finemesh.store.archive.TarEntry;
import io.finemesh.store.archive.TarEntry.Kind;
import io.finemesh.store.archive.TarWriter;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.work.WorkDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A checkpoint as a tar of the directory that Hugging Face tools load: the auxiliary files and one {@code model.safetensors}. Its
 * objects are fetched to local disk and compared with their digests first, so that nothing damaged is ever sent and a failure still has
 * an HTTP status; sending then cannot fail but for the connection. The bytes depend on the checkpoint alone.
 */
public final class CheckpointExport implements ExportArchive {
    private static final String WEIGHTS_FILE = "model.safetensors";

    private final WorkDirectory work;
    private final List<FileEntry> files;
    private final ManifestTensorSource weights;
    private final Collection<TensorData> tensors;
    private final List<TarEntry> members;

    private CheckpointExport(WorkDirectory work, List<FileEntry> files, ManifestTensorSource weights) {
        this.work = work;
        this.files = files;
        this.weights = weights;
        this.tensors = HuggingFaceExport.tensors(weights);
        this.members = new ArrayList<>();
        files.forEach(file ->
                members.add(new TarEntry(file.name(), Kind.FILE, file.blob().sizeBytes())));
        members.add(new TarEntry(WEIGHTS_FILE, Kind.FILE, SafetensorsWriter.byteSize(tensors, GroupBlob.METADATA)));
    }

    /**
     * Fetches everything a checkpoint needs.
     *
     * @throws io.finemesh.store.storage.StorageException if an object cannot be had, is damaged, or does not fit on the local disk
     */
    public static CheckpointExport prepare(Manifest manifest, BlobStore blobs, Path workDirectory) {
        WorkDirectory work = WorkDirectory.in(workDirectory, "export");
        try {
            for (FileEntry file : manifest.files()) {
                fetch(file.blob(), blobs, work.path());
            }
            for (BlobReference blob : manifest.weightBlobs()) {
                fetch(blob, blobs, work.path());
            }
            ManifestTensorSource weights = new ManifestTensorSource(manifest, work.path()::resolve);
            return new CheckpointExport(work, manifest.files(), weights);
        } catch (IOException failure) {
            work.close();
            throw StorageFullException.ofLocalDisk(workDirectory, failure);
        } catch (RuntimeException failure) {
            work.close();
            throw failure;
        }
    }

    private static void fetch(BlobReference blob, BlobStore blobs, Path directory) {
        Path file = directory.resolve(blob.digest());
        if (!Files.exists(file)) {
            blobs.download(BlobStore.inContract(blob), file);
        }
    }

    @Override
    public long sizeBytes() {
        return TarWriter.archiveBytes(members);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        for (FileEntry file : files) {
            tar.file(
                    file.name(),
                    file.blob().sizeBytes(),
                    content -> Files.copy(work.path().resolve(file.blob().digest()), content));
        }
        tar.file(
                WEIGHTS_FILE,
                members.getLast().sizeBytes(),
                content -> SafetensorsWriter.write(content, tensors, GroupBlob.METADATA));
        tar.end();
    }

    @Override
    public void close() {
        weights.close();
        work.close();
    }
}
