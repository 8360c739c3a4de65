package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The weights of a committed checkpoint, mapped from blobs that lie in local files. */
public final class ManifestTensorSource implements TensorSource, AutoCloseable {
    private final Map<String, SafetensorsFile> byBlob = new HashMap<>();
    private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();

    /**
     * Opens every weights blob and compares it with the manifest: its size, and each tensor's dtype and shape. Contents are not
     * digested; whoever fills the local files does that, or {@link #verify} does.
     *
     * @param manifest the checkpoint
     * @param blobs where the blob of a digest lies
     * @throws SafetensorsException if a blob is not a valid file
     * @throws ManifestException if a blob is not the one the manifest describes
     * @throws IOException if a blob cannot be read
     */
    public ManifestTensorSource(Manifest manifest, Function<String, Path> blobs) throws IOException {
        try {
            List<Problem> problems = new ArrayList<>();
            for (BlobReference blob : manifest.weightBlobs()) {
                open(blob, blobs.apply(blob.digest()), problems);
            }
            manifest.tensors().forEach(tensor -> find(tensor, problems));
            if (!problems.isEmpty()) {
                throw new ManifestException(problems);
            }
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private void open(BlobReference blob, Path file, List<Problem> problems) throws IOException {
        long size = Files.size(file);
        if (size != blob.sizeBytes()) {
            problems.add(new Problem("blob " + blob.digest(), size + " bytes", blob.sizeBytes() + " bytes"));
            return;
        }
        try {
            byBlob.put(blob.digest(), SafetensorsFile.open(file));
        } catch (SafetensorsException invalid) {
            throw invalid.inFile("blob " + blob.digest());
        }
    }

    private void find(TensorEntry tensor, List<Problem> problems) {
        SafetensorsFile file = byBlob.get(tensor.blobDigest());
        if (file == null) {
            return; // its size was wrong, which is already noted
        }
        Optional<TensorInfo> found = file.find(tensor.name());
        String expected = tensor.dtype() + " " + tensor.shape();
        if (found.isEmpty()) {
            problems.add(new Problem(tensor.name(), "nothing in blob " + tensor.blobDigest(), expected));
        } else if (found.get().dtype() != tensor.dtype() || !found.get().shape().equals(tensor.shape())) {
            problems.add(new Problem(
                    tensor.name(), found.get().dtype() + " " + found.get().shape(), expected));
        } else {
            entries.put(tensor.name(), tensor);
            infos.put(tensor.name(), found.get());
        }
    }

    /** The tensors, sorted by name; offsets are those within each tensor's own blob. */
    @Override
    public List<TensorInfo> tensors() {
        return List.copyOf(infos.values());
    }

    @Override
    public Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(infos.get(name));
    }

    @Override
    public MemorySegment bytes(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no tensor named '" + name + "'");
        }
        return byBlob.get(entry.blobDigest()).bytes(name);
    }

    /** Digests every tensor and reports those that are not what the manifest says; reads all weights once. */
    public List<Problem> verify() {
        List<Problem> problems = new ArrayList<>();
        for (TensorEntry entry : entries.values()) {
            String found = Sha256.of(bytes(entry.name()));
            if (!found.equals(entry.tensorDigest())) {
                problems.add(new Problem(entry.name(), "SHA-256 " + found, "SHA-256 " + entry.tensorDigest()));
            }
        }
        return problems;
    }

    /** Unmaps every blob; segments handed out become unusable. */
    @Override
    public void close() {
        byBlob.values().forEach(SafetensorsFile::close);
        byBlob.clear();
    }
}
