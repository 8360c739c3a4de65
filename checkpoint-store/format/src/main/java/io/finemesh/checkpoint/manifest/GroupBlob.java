package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The weights blob of one parameter group. Store and trainer both write it through this class, so that equal tensors give equal
 * bytes, and thus one blob, wherever they come from.
 */
public final class GroupBlob {
    /** The {@code __metadata__} of every weights blob; Hugging Face readers ask for it. */
    public static final Map<String, String> METADATA = Map.of("format", "pt");

    private GroupBlob() {}

    /** The tensors of one group of a model, ready to be written. */
    public static List<TensorData> tensors(TensorSource weights, ModelStructure structure, ParameterGroup group) {
        return structure.tensorsOf(group).stream()
                .map(ExpectedTensor::name)
                .map(weights::data)
                .toList();
    }

    /** Writes the blob of one group and digests it in the same pass. */
    public static StagedBlob write(Path target, Collection<TensorData> tensors) throws IOException {
        return StagedBlob.of(SafetensorsWriter.writeDigesting(target, tensors, METADATA));
    }

    /** What {@link #write} would return, without writing. */
    public static StagedBlob describe(Collection<TensorData> tensors) {
        return StagedBlob.of(SafetensorsWriter.digest(tensors, METADATA));
    }
}
