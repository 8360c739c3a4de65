package io.finemesh.evaluator.evaluation;

import io.finemesh.checkpoint.change.ModelSide;
import io.finemesh.checkpoint.change.TensorFacts;
import io.finemesh.checkpoint.change.TensorPairs;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.StoreException;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.task.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** What a checkpoint is compared with, by what the manifests say of their parents. */
final class Lineage {
    private final CheckpointFetcher fetcher;

    Lineage(CheckpointFetcher fetcher) {
        this.fetcher = fetcher;
    }

    /** The tensors of a checkpoint and of its base. */
    Measurement.Changes changes(String name, EvaluationWork work)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Manifest now = JobPlanner.manifest(fetcher, work.checkpoint());
        Manifest base = base(work, now);
        return new Measurement.Changes(name, base, now, TensorPairs.of(side(base), side(now)));
    }

    /** What a checkpoint is compared with: what is named, or what the run that made it started from. */
    Manifest base(EvaluationWork work, Manifest now)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        return work.base().isPresent()
                ? JobPlanner.manifest(fetcher, work.base().get())
                : start(work.checkpoint(), now);
    }

    /** What the run that made a checkpoint started from: the first one behind it that the run did not make. */
    private Manifest start(CheckpointId checkpoint, Manifest now)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        String run = now.trainedBy()
                .orElseThrow(
                        () -> new EvaluationException(
                                FailureCode.INVALID_SPECIFICATION,
                                "checkpoint " + checkpoint
                                        + " was imported and not trained here, so there is no start of a run to compare it with; name the checkpoint that it is to be compared with"))
                .runId();
        Manifest at = now;
        while (at.trainedBy().filter(by -> by.runId().equals(run)).isPresent()) {
            String id = at.checkpointId();
            String parent = at.parent()
                    .orElseThrow(() -> new EvaluationException(
                            FailureCode.CHECKPOINT_REFUSED, "checkpoint " + id + " was trained and names no parent"));
            at = JobPlanner.manifest(fetcher, new CheckpointId(parent));
        }
        return at;
    }

    private ModelSide side(Manifest manifest) throws StoreException, IOException, InterruptedException {
        return ModelSide.of(manifest.tensors().stream().map(TensorFacts::of).toList(), configuration(manifest));
    }

    /** A configuration that is missing or cannot be read says nothing about tied weights; nothing else is asked of it here. */
    private Optional<ModelConfiguration> configuration(Manifest manifest)
            throws StoreException, IOException, InterruptedException {
        Optional<FileEntry> file = manifest.file("config.json");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        byte[] json = Files.readAllBytes(
                fetcher.blob(file.get().blob().digest(), file.get().blob().sizeBytes()));
        try {
            return Optional.of(ModelConfiguration.parse(json));
        } catch (ModelConfigurationException unreadable) {
            return Optional.empty();
        }
    }
}
