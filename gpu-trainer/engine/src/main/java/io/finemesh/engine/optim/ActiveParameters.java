package io.finemesh.engine.optim;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.GroupTensors;
import java.util.List;

/**
 * What a method trains at present, with the optimizer state that belongs to it. Owns that state until closed; the weights stay the decoder's.
 */
public interface ActiveParameters extends AutoCloseable {
    /** What is active: a block's id in its partition, or a word for all parameters. */
    String id();

    /** The groups whose stored weights change. */
    List<ParameterGroup> groups();

    /**
     * Begins an optimizer step.
     *
     * @param step 0-based number in the run
     */
    OptimizerStep begin(long step);

    /** Updates made since the parameters became active. */
    long updates();

    /** Copies of all state that a resumed run needs besides the stored weights, named after the weights. */
    List<TensorData> export();

    /**
     * Copies of a group's tensors as a checkpoint is to hold them: the stored ones, unless training changes something beside them.
     *
     * @param stored weights of one of {@link #groups}
     */
    default List<TensorData> changed(GroupTensors stored) {
        return stored.export("");
    }

    /** Bytes of native memory beyond the stored weights. */
    long bytes();

    @Override
    void close();
}
