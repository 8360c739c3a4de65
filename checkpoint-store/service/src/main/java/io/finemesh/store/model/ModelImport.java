package io.finemesh.store.model;

import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.StagedBlob;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import io.finemesh.checkpoint.tensors.ModelDirectoryException;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.work.WorkDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Commits a Hugging Face directory as a root checkpoint, in this order:
 *
 * <ol>
 *   <li>check names, configuration and tensors; a refusal leaves nothing behind;
 *   <li>write one safetensors object for each parameter group, and each auxiliary file, under its digest; what a failure leaves behind
 *       is found and reused by the next attempt;
 *   <li>write the manifest. Only now the checkpoint exists.
 * </ol>
 *
 * The id follows from the content, so importing the same model again changes nothing.
 */
public final class ModelImport {
    private static final Logger LOG = Logger.getLogger(ModelImport.class);

    private static final int MOST_AT_ONCE = 2;

    /** A wrong model of thousands of tensors has thousands of errors, which nobody reads. */
    private static final int MOST_ERRORS = 200;

    private final BlobStore blobs;
    private final ManifestStore manifests;
    private final ImportLimits limits;
    private final Semaphore atOnce = new Semaphore(MOST_AT_ONCE, true);

    public ModelImport(BlobStore blobs, ManifestStore manifests, ImportLimits limits) {
        this.blobs = blobs;
        this.manifests = manifests;
        this.limits = limits;
    }

    /**
     * Imports a directory of this machine.
     *
     * @throws RefusalException naming everything that is wrong with it
     */
    public CheckpointId fromDirectory(String path) {
        return commit(allowed(path));
    }

    /**
     * Imports an uploaded tar of a directory.
     *
     * @throws RefusalException naming everything that is wrong with it
     */
    public CheckpointId fromTar(InputStream archive) {
        try (WorkDirectory work = WorkDirectory.in(limits.workDirectory(), "unpacked")) {
            return commit(ModelArchive.unpack(archive, limits, work.path()));
        }
    }

    private Path allowed(String text) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException impossible) {
            throw new RefusalException(Kind.MALFORMED, "the path is not one: " + impossible.getReason());
        }
        if (!path.isAbsolute()) {
            throw new RefusalException(
                    Kind.MALFORMED,
                    "the path '" + text + "' is relative; give the absolute path on the store's machine");
        }
        Path real;
        try {
            real = path.toRealPath();
        } catch (IOException absent) {
            throw new RefusalException(
                    Kind.NOT_USABLE,
                    "there is no directory " + path + " on the store's machine, or it may not be read");
        }
        if (!limits.directories().isEmpty() && limits.directories().stream().noneMatch(real::startsWith)) {
            throw new RefusalException(
                    Kind.NOT_USABLE,
                    "the directory " + path + " is not below one that imports may read: " + limits.directories());
        }
        return real;
    }

    /** A few at a time: each may hold a header of up to a hundred million bytes and its tensors' names. */
    private CheckpointId commit(Path directory) {
        atOnce.acquireUninterruptibly();
        try {
            return commitAlone(directory);
        } finally {
            atOnce.release();
        }
    }

    private CheckpointId commitAlone(Path directory) {
        try (HuggingFaceDirectory model = HuggingFaceDirectory.open(directory)) {
            model.notes().forEach(note -> LOG.infof("import of %s: %s", directory.getFileName(), note));
            List<FileEntry> files = files(model);
            List<StagedBlob> weights = weights(model);
            return manifests.put(Manifest.imported(files, weights));
        } catch (ModelConfigurationException refused) {
            throw refused("config.json is not that of a model this mesh can train", refused.problems());
        } catch (ModelDirectoryException refused) {
            throw refused("the directory is not a complete and consistent model", refused.problems());
        } catch (SafetensorsException refused) {
            throw new RefusalException(
                    Kind.NOT_USABLE,
                    "a weight file is not valid safetensors: " + refused.getMessage(),
                    List.of(refused.getMessage()));
        } catch (IOException unreadable) {
            throw StorageFullException.ofLocalDisk(directory, unreadable);
        }
    }

    private List<FileEntry> files(HuggingFaceDirectory model) throws IOException {
        List<FileEntry> files = new ArrayList<>();
        for (Map.Entry<String, Path> file : model.auxiliaryFiles().entrySet()) {
            long size = Files.size(file.getValue());
            if (size > limits.largestFileBytes()) {
                throw new RefusalException(
                        Kind.TOO_LARGE,
                        file.getKey() + " has " + size + " bytes; allowed for a file that is not weights: "
                                + limits.largestFileBytes());
            }
            BlobReference blob = blobs.put(Files.readAllBytes(file.getValue()));
            files.add(new FileEntry(file.getKey(), BlobStore.inManifest(blob)));
        }
        return files;
    }

    private List<StagedBlob> weights(HuggingFaceDirectory model) {
        List<StagedBlob> weights = new ArrayList<>();
        try (WorkDirectory work = WorkDirectory.in(limits.workDirectory(), "groups")) {
            for (ParameterGroup group : model.structure().groups()) {
                weights.add(weights(model, group, work.path().resolve(group.id() + ".safetensors")));
            }
        }
        return weights;
    }

    private StagedBlob weights(HuggingFaceDirectory model, ParameterGroup group, Path file) {
        try {
            StagedBlob staged = GroupBlob.write(file, GroupBlob.tensors(model, model.structure(), group));
            if (staged.blob().sizeBytes() > BlobStore.LARGEST_BLOB_BYTES) {
                throw new RefusalException(
                        Kind.TOO_LARGE,
                        "parameter group " + group.id() + " has "
                                + staged.blob().sizeBytes() + " bytes; allowed: " + BlobStore.LARGEST_BLOB_BYTES);
            }
            blobs.put(file, staged.blob().digest(), staged.blob().sizeBytes());
            Files.delete(file);
            return staged;
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(file.getParent(), failure);
        }
    }

    private static RefusalException refused(String detail, List<Problem> problems) {
        List<String> errors = new ArrayList<>();
        problems.stream().limit(MOST_ERRORS).map(Problem::describe).forEach(errors::add);
        if (problems.size() > MOST_ERRORS) {
            errors.add("and " + (problems.size() - MOST_ERRORS) + " more of them");
        }
        return new RefusalException(Kind.NOT_USABLE, detail, errors);
    }
}
