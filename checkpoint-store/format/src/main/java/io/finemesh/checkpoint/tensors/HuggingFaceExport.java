package io.finemesh.checkpoint.tensors;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.file.DurableFile;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.ManifestTensorSource;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.FileDigest;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes a model as Hugging Face tools load it: one {@code model.safetensors} and the auxiliary files, byte-identical on repeat.
 *
 * <p>Always into a directory that does not exist yet, because a stale shard or index beside a new file is a classic corruption:
 * files are written and forced in a hidden sibling directory, which is then renamed. A failure leaves nothing behind.
 */
public final class HuggingFaceExport {
    private HuggingFaceExport() {}

    /**
     * Exports a committed checkpoint.
     *
     * @param manifest the checkpoint
     * @param blobs where the blob of a digest lies
     * @param directory the directory to make; its parent must exist
     * @throws FileAlreadyExistsException if the directory exists
     * @throws ModelDirectoryException if a blob is not what the manifest says
     */
    public static void write(Manifest manifest, Function<String, Path> blobs, Path directory) throws IOException {
        List<Problem> problems = new ArrayList<>();
        Map<String, Path> auxiliary = new TreeMap<>();
        for (FileEntry file : manifest.files()) {
            Path blob = blobs.apply(file.blob().digest());
            String found = Sha256.of(blob);
            if (!found.equals(file.blob().digest())) {
                problems.add(new Problem(
                        file.name(),
                        "SHA-256 " + found,
                        "SHA-256 " + file.blob().digest()));
            }
            auxiliary.put(file.name(), blob);
        }
        try (ManifestTensorSource weights = new ManifestTensorSource(manifest, blobs)) {
            Map<String, String> expectedDigests = new HashMap<>();
            manifest.tensors().forEach(tensor -> expectedDigests.put(tensor.name(), tensor.tensorDigest()));
            write(weights, auxiliary, directory, written -> {
                for (FileDigest.TensorDigest tensor : written.tensors()) {
                    String name = tensor.tensor().name();
                    String expected = expectedDigests.get(name);
                    if (!tensor.digest().equals(expected)) {
                        problems.add(new Problem(name, "SHA-256 " + tensor.digest(), "SHA-256 " + expected));
                    }
                }
                if (!problems.isEmpty()) {
                    throw new ModelDirectoryException(problems);
                }
            });
        }
    }

    /**
     * Exports tensors with files copied verbatim.
     *
     * @param weights every tensor of the source is written
     * @param auxiliaryFiles content by file name; plain names only, and not that of the weight file
     * @param directory the directory to make; its parent must exist
     * @throws FileAlreadyExistsException if the directory exists
     */
    public static void write(TensorSource weights, Map<String, Path> auxiliaryFiles, Path directory)
            throws IOException {
        write(weights, auxiliaryFiles, directory, written -> {});
    }

    private static void write(
            TensorSource weights, Map<String, Path> auxiliaryFiles, Path directory, WeightsCheck check)
            throws IOException {
        for (String name : auxiliaryFiles.keySet()) {
            if (!FileEntry.isPlainName(name) || name.endsWith(".safetensors") || name.equals(ShardIndex.FILE_NAME)) {
                throw new IllegalArgumentException("'" + name + "' cannot be an auxiliary file of an export");
            }
        }
        Path target = directory.toAbsolutePath().normalize();
        requireNew(target);
        Path staging = Files.createDirectory(DurableFile.sibling(target));
        boolean done = false;
        try {
            check.accept(SafetensorsWriter.writeDigesting(
                    staging.resolve(HuggingFaceDirectory.SINGLE_FILE), tensors(weights), GroupBlob.METADATA));
            for (Map.Entry<String, Path> file : auxiliaryFiles.entrySet()) {
                DurableFile.write(staging.resolve(file.getKey()), out -> Files.copy(file.getValue(), out));
            }
            DurableFile.force(staging);
            // Renaming onto an empty directory would succeed silently.
            requireNew(target);
            Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            DurableFile.force(target.getParent());
        } finally {
            if (!done) {
                deleteTree(staging);
            }
        }
    }

    /** The tensors of a source as the writer takes them; for a caller that streams {@code model.safetensors} elsewhere. */
    public static Collection<TensorData> tensors(TensorSource weights) {
        return weights.tensors().stream()
                .map(TensorInfo::name)
                .map(weights::data)
                .toList();
    }

    /** Judges what was written before it gets its name. */
    @FunctionalInterface
    private interface WeightsCheck {
        void accept(FileDigest written) throws IOException;
    }

    private static void requireNew(Path target) throws FileAlreadyExistsException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(
                    target.toString(), null, "an export makes a new directory; choose a name that does not exist");
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }
}
