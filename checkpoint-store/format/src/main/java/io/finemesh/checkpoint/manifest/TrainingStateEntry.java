package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.json.JsonText;
import java.util.Comparator;
import java.util.List;

/**
 * Everything beside the weights that resuming bit for bit needs.
 *
 * @param cursorJson where in data, blocks and schedules training stands; kept byte for byte and never interpreted here
 * @param stateBlobs safetensors files with optimizer state, sorted by digest; empty at a BAdam block boundary
 */
public record TrainingStateEntry(String cursorJson, List<BlobReference> stateBlobs) {
    public TrainingStateEntry {
        if (!JsonText.isUnicode(cursorJson)) {
            throw new IllegalArgumentException("the cursor has an unpaired surrogate and cannot be written as UTF-8");
        }
        stateBlobs = stateBlobs.stream()
                .distinct()
                .sorted(Comparator.comparing(BlobReference::digest))
                .toList();
    }
}
