package io.finemesh.trainer.segment;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.engine.train.TrainingState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The training state that a base checkpoint holds, mapped and not copied: the moments of AdamW are twice as large as the weights.
 * The engine reads it when the first segment begins; afterwards it can be closed.
 */
final class SavedState implements AutoCloseable {
    private final List<SafetensorsFile> files = new ArrayList<>();
    private final Optional<TrainingState> state;

    private SavedState(SegmentBase base, SegmentWork work) throws IOException {
        try {
            for (BlobReference blob : BaseLoader.stateBlobs(base.manifest(), work)) {
                files.add(SafetensorsFile.open(base.path(blob)));
            }
            List<TensorData> tensors = new ArrayList<>();
            files.forEach(file -> file.tensors().forEach(tensor -> tensors.add(file.data(tensor.name()))));
            state = base.manifest()
                    .trainingState()
                    .filter(saved -> BaseLoader.continues(base.manifest(), work))
                    .map(saved -> TrainingState.of(saved.cursorJson(), tensors));
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /** Opens the state; there is none where the base was made by another run or imported. */
    static SavedState open(SegmentBase base, SegmentWork work) throws IOException {
        return new SavedState(base, work);
    }

    /** The state; its tensors are valid until this is closed. */
    Optional<TrainingState> state() {
        return state;
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
        files.clear();
    }
}
