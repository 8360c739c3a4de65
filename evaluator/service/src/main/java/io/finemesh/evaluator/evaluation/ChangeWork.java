package io.finemesh.evaluator.evaluation;

import io.finemesh.checkpoint.cache.BlobPins;
import io.finemesh.checkpoint.change.Comparison;
import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.checkpoint.change.TensorPairs;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.store.StoreException;
import io.finemesh.engine.change.UpdateMeter;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measures what became of tensors, a pair at a time. A tensor with the digest that it has in the base did not change and is not fetched, so that a report of a few trained layers reads these layers only.
 */
final class ChangeWork {
    private final CheckpointFetcher fetcher;
    private final Comparison comparison = new Comparison(new UpdateMeter());

    ChangeWork(CheckpointFetcher fetcher) {
        this.fetcher = fetcher;
    }

    /** Measures some tensors, each a piece of its own. */
    void answer(Measurement.Changes changes, List<Integer> tensors, Answerer.Pieces<EvaluationException> pieces)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        for (int tensor : tensors) {
            TensorChange change =
                    switch (changes.pairings().get(tensor)) {
                        case TensorPairs.Single single -> single.change();
                        case TensorPairs.Pair pair -> change(changes, pair.name());
                    };
            SortedMap<Integer, Answer> piece = new TreeMap<>();
            piece.put(tensor, new Answer.Compared(change));
            pieces.take(piece);
        }
    }

    private TensorChange change(Measurement.Changes changes, String name)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        TensorEntry before = entry(changes.base(), name);
        TensorEntry after = entry(changes.checkpoint(), name);
        if (before.dtype() == after.dtype() && before.tensorDigest().equals(after.tensorDigest())) {
            return new TensorChange.Unchanged(name, after.shape());
        }
        try (BlobPins _ = fetcher.pin(List.of(before.blobDigest(), after.blobDigest()));
                SafetensorsFile base = open(changes.base(), before);
                SafetensorsFile now = open(changes.checkpoint(), after)) {
            return comparison.compare(base.data(name), now.data(name));
        }
    }

    private static TensorEntry entry(Manifest manifest, String name) throws EvaluationException {
        return manifest.find(name)
                .orElseThrow(() -> new EvaluationException(
                        FailureCode.INTERNAL, "checkpoint " + manifest.checkpointId() + " lost tensor " + name));
    }

    private SafetensorsFile open(Manifest manifest, TensorEntry tensor)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        BlobReference blob = manifest.weightBlobs().stream()
                .filter(each -> each.digest().equals(tensor.blobDigest()))
                .findFirst()
                .orElseThrow(() -> new EvaluationException(
                        FailureCode.CHECKPOINT_REFUSED,
                        "checkpoint " + manifest.checkpointId() + " has no blob of tensor " + tensor.name()));
        SafetensorsFile file = SafetensorsFile.open(fetcher.blob(blob.digest(), blob.sizeBytes()));
        boolean described = file.find(tensor.name())
                .filter(found ->
                        found.dtype() == tensor.dtype() && found.shape().equals(tensor.shape()))
                .isPresent();
        if (!described) {
            file.close();
            throw new EvaluationException(
                    FailureCode.BLOB_CORRUPT,
                    "blob " + blob.digest() + " does not hold tensor " + tensor.name() + " as checkpoint "
                            + manifest.checkpointId() + " describes it");
        }
        return file;
    }
}
