package io.finemesh.workbench.update;

import io.finemesh.checkpoint.change.ModelSide;
import io.finemesh.checkpoint.change.TensorFacts;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A Hugging Face folder or a safetensors file.
 *
 * @param source its tensors
 * @param side what is known of them
 * @param closing unmaps it
 */
record LocalModel(TensorSource source, ModelSide side, Runnable closing) implements AutoCloseable {
    /**
     * Opens what lies there.
     *
     * @throws IOException if it is neither, or not valid; the message names it
     */
    static LocalModel open(Path path) throws IOException {
        try {
            if (Files.isDirectory(path)) {
                HuggingFaceDirectory folder = HuggingFaceDirectory.open(path);
                return new LocalModel(
                        folder, ModelSide.of(facts(folder), Optional.of(folder.configuration())), folder::close);
            }
            SafetensorsFile file = SafetensorsFile.open(path);
            return new LocalModel(file, ModelSide.of(facts(file), Optional.empty()), file::close);
        } catch (NoSuchFileException absent) {
            throw new IOException(
                    "there is no " + path + "; name a Hugging Face folder or a .safetensors file", absent);
        } catch (IOException | ModelConfigurationException refused) {
            throw new IOException(path + ": " + refused.getMessage(), refused);
        }
    }

    private static List<TensorFacts> facts(TensorSource source) {
        return source.tensors().stream().map(TensorFacts::of).toList();
    }

    @Override
    public void close() {
        closing.run();
    }
}
