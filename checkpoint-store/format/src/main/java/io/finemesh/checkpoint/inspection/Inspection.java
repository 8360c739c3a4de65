package io.finemesh.checkpoint.inspection;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a safetensors file or a Hugging Face directory is valid, and what is in it. */
public sealed interface Inspection {
    /** The verdict on one line. */
    String verdict();

    /**
     * The file or directory can be used.
     *
     * @param contents what is in it
     */
    record Valid(Contents contents) implements Inspection {
        @Override
        public String verdict() {
            return "valid";
        }
    }

    /**
     * The file or directory cannot be used.
     *
     * @param reason why, on one line
     */
    record Invalid(String reason) implements Inspection {
        @Override
        public String verdict() {
            return "invalid: " + reason;
        }
    }

    /**
     * What a valid file or directory holds.
     *
     * @param tensorCount tensors
     * @param parameterCount elements of all tensors
     * @param tensorBytes bytes of all tensors
     * @param elementsByDtype elements of each dtype that occurs
     * @param metadata {@code __metadata__} of a single file; empty for a directory
     * @param configuration the model, for a directory
     * @param notes harmless oddities, one per line
     * @param tensors every tensor
     */
    record Contents(
            int tensorCount,
            long parameterCount,
            long tensorBytes,
            Map<Dtype, Long> elementsByDtype,
            Map<String, String> metadata,
            Optional<ModelConfiguration> configuration,
            List<String> notes,
            List<TensorInfo> tensors) {
        public Contents {
            elementsByDtype = Collections.unmodifiableMap(new EnumMap<>(elementsByDtype));
            metadata = Map.copyOf(metadata);
            notes = List.copyOf(notes);
            tensors = List.copyOf(tensors);
        }
    }

    /** Judges a path; whatever is wrong with it becomes an {@link Invalid}, never an exception. */
    static Inspection of(Path path) {
        try {
            return new Valid(Files.isDirectory(path) ? directory(path) : file(path));
        } catch (NoSuchFileException | FileNotFoundException absent) {
            return new Invalid("no such file or directory: " + path);
        } catch (AccessDeniedException denied) {
            return new Invalid("not readable: " + denied.getMessage());
        } catch (IOException | ModelConfigurationException refused) {
            return new Invalid(oneLine(refused));
        }
    }

    private static Contents file(Path path) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            return contents(file, file.header().metadata(), Optional.empty(), List.of());
        }
    }

    private static Contents directory(Path path) throws IOException {
        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(path)) {
            return contents(directory, Map.of(), Optional.of(directory.configuration()), directory.notes());
        }
    }

    private static Contents contents(
            TensorSource source,
            Map<String, String> metadata,
            Optional<ModelConfiguration> configuration,
            List<String> notes) {
        Map<Dtype, Long> elements = new EnumMap<>(Dtype.class);
        long bytes = 0;
        for (TensorInfo tensor : source.tensors()) {
            elements.merge(tensor.dtype(), tensor.elementCount(), Math::addExact);
            bytes = Math.addExact(bytes, tensor.byteCount());
        }
        long parameters = elements.values().stream().reduce(0L, Math::addExact);
        return new Contents(
                source.tensors().size(), parameters, bytes, elements, metadata, configuration, notes, source.tensors());
    }

    private static String oneLine(Exception refused) {
        String message = refused.getMessage() == null ? refused.toString() : refused.getMessage();
        return message.replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\p{Cntrl}", " ");
    }
}
