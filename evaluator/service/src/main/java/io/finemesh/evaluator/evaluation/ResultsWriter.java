package io.finemesh.evaluator.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.score.harness.ResultsFile;
import io.finemesh.score.harness.RunFacts;
import io.finemesh.score.harness.SamplesFile;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.task.SampleLimit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The results file of a task: the reference harness's layout, and what the figures stand on. */
final class ResultsWriter {
    private final Clock clock;
    private final int generationBatch;

    ResultsWriter(Clock clock, int generationBatch) {
        this.clock = clock;
        this.generationBatch = generationBatch;
    }

    /** Of a task whose answers are judged. */
    String of(
            EvaluationJob job,
            Measurement.Questions questions,
            io.finemesh.score.task.TaskScore score,
            SamplesFile samples,
            Manifest manifest,
            Instant started) {
        return ResultsFile.text(
                List.of(new ResultsFile.Entry(questions.task(), score, samples, questions.leftOut())),
                facts(job, questions, manifest, started));
    }

    /** Of a loss. */
    String of(
            EvaluationJob job, Measurement.Losses losses, List<TaskScore> scores, Manifest manifest, Instant started) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ObjectNode entry = document.putObject("results").putObject(losses.name());
        entry.put("name", losses.name()).put("alias", losses.name()).put("sample_len", losses.size());
        for (TaskScore score : scores) {
            entry.put(score.metric() + ",none", score.value());
            if (score.standardError().isPresent()) {
                entry.put(score.metric() + "_stderr,none", score.standardError().getAsDouble());
            }
        }
        document.putObject("n-samples")
                .putObject(losses.name())
                .put("original", losses.available())
                .put("effective", losses.size());
        document.put("model_source", "finemesh")
                .put("model_name", job.work().checkpoint().value());
        document.put("date", started.getEpochSecond());
        ObjectNode ours = document.putObject("finemesh");
        ours.put("checkpoint_sha256", manifest.checkpointId()).put("weights_sha256", manifest.weightsDigest());
        ours.set("generation", generation(job.work(), false));
        ours.put("limited", losses.limited()).put("complete", true);
        return PythonJson.indented(document, 2, false);
    }

    private RunFacts facts(EvaluationJob job, Measurement.Questions questions, Manifest manifest, Instant started) {
        EvaluationWork work = job.work();
        EvaluationSettings settings = work.settings();
        long parameters = manifest.tensors().stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, (one, other) -> one * other))
                .sum();
        Map<String, String> datasets = new TreeMap<>();
        work.dataset()
                .ifPresent(dataset ->
                        datasets.put("dataset", dataset.blob().digest().value()));
        work.datasets()
                .forEach((name, dataset) ->
                        datasets.put(name, dataset.blob().digest().value()));
        String source = settings.remote().isPresent() ? "openai-chat-completions" : "finemesh";
        return new RunFacts(
                new RunFacts.ModelFacts(
                        work.checkpoint().value(),
                        source,
                        "checkpoint=" + work.checkpoint() + ",precision=" + settings.precision(),
                        parameters,
                        settings.precision().name(),
                        work.checkpoint().value()),
                questions.limited() ? SampleLimit.of(questions.size()) : SampleLimit.none(),
                questions.chat()
                        ? new RunFacts.ChatFacts(Optional.of(settings.template().name()), true, Optional.empty())
                        : RunFacts.ChatFacts.none(),
                started,
                Duration.between(started, clock.instant()).toMillis() / 1000.0,
                generationBatch,
                source,
                new RunFacts.TokenizerFacts(Optional.empty(), Optional.empty(), Optional.empty(), 0),
                new RunFacts.Provenance(
                        manifest.checkpointId(),
                        datasets,
                        manifest.weightsDigest(),
                        source,
                        manifest.file("tokenizer.json")
                                .map(file -> file.blob().digest())
                                .orElse(""),
                        generation(work, questions.chat())));
    }

    private static ObjectNode generation(EvaluationWork work, boolean chat) {
        ObjectNode generation = JsonNodeFactory.instance.objectNode();
        generation.put("template", work.settings().template().name()).put("chat", chat);
        generation.put("cutoff_tokens", work.settings().cutoffTokens());
        work.settings()
                .remote()
                .ifPresent(remote -> generation.put("remote_url", remote.url()).put("remote_model", remote.model()));
        return generation;
    }
}
