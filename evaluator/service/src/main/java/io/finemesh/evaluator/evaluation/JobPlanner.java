package io.finemesh.evaluator.evaluation;

import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.contract.store.DatasetParts;
import io.finemesh.contract.store.StoreException;
import io.finemesh.engine.data.DatasetException;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.evaluator.task.OpenQuestions;
import io.finemesh.evaluator.task.RangeKey;
import io.finemesh.evaluator.task.TaskCatalogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cuts an evaluation into ranges. Pure but for what it fetches: the same work gives the same ranges with the same keys on every evaluator. */
final class JobPlanner {
    private final CheckpointFetcher fetcher;
    private final int rangeSamples;
    private final Lineage lineage;

    /** @param rangeSamples questions of a range */
    JobPlanner(CheckpointFetcher fetcher, int rangeSamples) {
        this.fetcher = fetcher;
        this.rangeSamples = rangeSamples;
        this.lineage = new Lineage(fetcher);
    }

    /** Every task of the work. */
    List<TaskPlan> plan(EvaluationWork work)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Manifest manifest = manifest(fetcher, work.checkpoint());
        List<TaskPlan> plans = new ArrayList<>();
        for (int index = 0; index < work.tasks().size(); index++) {
            Measurement measurement = measurement(work, index);
            String tokenizer = tokenizer(manifest, work, measurement);
            List<TaskPlan.Range> ranges = new ArrayList<>();
            for (int from = 0; from < measurement.size(); from += rangeSamples) {
                int to = Math.min(from + rangeSamples, measurement.size());
                BlobDigest key =
                        RangeKey.of(manifest.weightsDigest(), tokenizer, work.settings(), measurement, from, to);
                ranges.add(new TaskPlan.Range(from, to, key));
            }
            plans.add(new TaskPlan(index, data(work, index).map(ResolvedDataset::version), measurement, ranges));
        }
        return plans;
    }

    /** The key of some questions of a task as this evaluator understands them. */
    BlobDigest key(EvaluationWork work, Measurement measurement, int from, int to)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Manifest manifest = manifest(fetcher, work.checkpoint());
        String tokenizer = tokenizer(manifest, work, measurement);
        return RangeKey.of(manifest.weightsDigest(), tokenizer, work.settings(), measurement, from, to);
    }

    /** One task over its data. */
    Measurement measurement(EvaluationWork work, int index)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        TaskSpecification task = work.tasks().get(index);
        if (task.task() == EvaluationTask.UPDATE_REPORT) {
            return lineage.changes(TaskCatalogue.name(task), work);
        }
        TaskOptions options = task.options().orElse(TaskOptions.NONE);
        ResolvedDataset dataset = data(work, index)
                .orElseThrow(() -> new EvaluationException(
                        FailureCode.INVALID_SPECIFICATION,
                        TaskCatalogue.name(task) + " needs a data set, and the evaluation names none"));
        Optional<byte[]> examples = options.examples().isPresent()
                ? Optional.of(rows(named(work, options.examples().get())))
                : Optional.empty();
        if (task.task().isJudged()) {
            JudgeSettings judge = work.judge()
                    .orElseThrow(() -> new EvaluationException(
                            FailureCode.INVALID_SPECIFICATION,
                            TaskCatalogue.name(task) + " needs a judge, and the evaluation names none"));
            Optional<byte[]> references = judge.references().isPresent()
                    ? Optional.of(rows(judge.references().get()))
                    : Optional.empty();
            Optional<byte[]> judgments = judge.recorded().isPresent()
                    ? Optional.of(rows(judge.recorded().get().judgments()))
                    : Optional.empty();
            return OpenQuestions.measure(
                    task, rows(dataset), rows(judge.prompts()), references, judgments, judge, opponent(task, work));
        }
        try {
            return TaskCatalogue.measure(task, rows(dataset), examples);
        } catch (DatasetException refused) {
            throw new EvaluationException(
                    EvaluationFailures.of(refused).code(),
                    "data set " + dataset.version() + ": " + refused.getMessage(),
                    refused);
        }
    }

    /** Whose answers a task's are compared with; empty for one that compares with nobody's. */
    private Optional<Measurement.Opponent> opponent(TaskSpecification task, EvaluationWork work)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        if (!task.task().comparesCheckpoints()) {
            return Optional.empty();
        }
        Manifest base = lineage.base(work, manifest(fetcher, work.checkpoint()));
        if (base.checkpointId().equals(work.checkpoint().value())) {
            throw new EvaluationException(
                    FailureCode.INVALID_SPECIFICATION,
                    TaskCatalogue.name(task) + " would compare checkpoint " + work.checkpoint()
                            + " with itself; name another one under against");
        }
        return Optional.of(new Measurement.Opponent(
                new CheckpointId(base.checkpointId()), base.weightsDigest(), tokenizer(base, work)));
    }

    /** What a task is asked on; empty for one that needs no data. */
    private static Optional<ResolvedDataset> data(EvaluationWork work, int index) throws EvaluationException {
        TaskSpecification task = work.tasks().get(index);
        if (task.task() == EvaluationTask.UPDATE_REPORT) {
            return Optional.empty();
        }
        Optional<String> own = task.options().flatMap(TaskOptions::dataset);
        return own.isPresent() ? Optional.of(named(work, own.get())) : work.dataset();
    }

    private static ResolvedDataset named(EvaluationWork work, String name) throws EvaluationException {
        ResolvedDataset dataset = work.datasets().get(name);
        if (dataset == null) {
            throw new EvaluationException(
                    FailureCode.INVALID_SPECIFICATION,
                    "a task names data set '" + name + "', and the evaluation carries "
                            + work.datasets().keySet().stream().sorted().toList());
        }
        return dataset;
    }

    private byte[] rows(ResolvedDataset dataset)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        byte[] object = object(dataset, dataset.blob());
        if (!dataset.inParts()) {
            return object;
        }
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        for (DatasetPart part : parts(dataset, object)) {
            // Every part ends with a line feed: the store writes whole lines.
            rows.writeBytes(object(dataset, part.blob()));
        }
        return rows.toByteArray();
    }

    private static List<DatasetPart> parts(ResolvedDataset dataset, byte[] object) throws EvaluationException {
        try {
            return DatasetParts.parse(object).parts();
        } catch (IOException unreadable) {
            throw new EvaluationException(
                    FailureCode.DATASET_NOT_USABLE,
                    "the list of parts of data set " + dataset.version() + " cannot be read: "
                            + unreadable.getMessage(),
                    unreadable);
        }
    }

    private byte[] object(ResolvedDataset dataset, BlobReference blob)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        try {
            return Files.readAllBytes(fetcher.blob(blob.digest().value(), blob.sizeBytes()));
        } catch (StoreException answered) {
            if (answered.isMissing()) {
                throw new EvaluationException(
                        FailureCode.DATASET_NOT_USABLE,
                        "the rows of data set " + dataset.version() + " are not in the checkpoint store",
                        answered);
            }
            throw answered;
        }
    }

    /** Digests of what turns texts into tokens; nothing where no text is asked. */
    private static String tokenizer(Manifest manifest, EvaluationWork work, Measurement measurement)
            throws EvaluationException {
        return measurement instanceof Measurement.Changes ? "" : tokenizer(manifest, work);
    }

    private static String tokenizer(Manifest manifest, EvaluationWork work) throws EvaluationException {
        String tokenizer = file(manifest, "tokenizer.json").blob().digest();
        if (work.settings().template() != PromptTemplate.CHAT) {
            return tokenizer;
        }
        StringBuilder all = new StringBuilder(tokenizer);
        for (String name : List.of(LoadedModel.TOKENIZER_CONFIGURATION, LoadedModel.CHAT_TEMPLATE)) {
            manifest.file(name)
                    .ifPresent(file -> all.append(' ').append(file.blob().digest()));
        }
        return all.toString();
    }

    static Manifest manifest(CheckpointFetcher fetcher, CheckpointId checkpoint)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        try {
            return fetcher.manifest(checkpoint);
        } catch (StoreException answered) {
            if (answered.isMissing()) {
                throw new EvaluationException(
                        FailureCode.MODEL_NOT_USABLE, "there is no checkpoint " + checkpoint + " to score", answered);
            }
            throw answered;
        }
    }

    static FileEntry file(Manifest manifest, String name) throws EvaluationException {
        return manifest.file(name)
                .orElseThrow(() -> new EvaluationException(
                        FailureCode.MODEL_NOT_USABLE, "the checkpoint has no " + name + "; it cannot be evaluated"));
    }
}
