package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.change.ReportJson;
import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.checkpoint.change.UpdateReport;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StoreException;
import io.finemesh.evaluator.answer.AnswerLines;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.report.JudgedAnswers;
import io.finemesh.evaluator.report.PairedAnswers;
import io.finemesh.evaluator.report.ScoreSheet;
import io.finemesh.evaluator.report.UpdateScores;
import io.finemesh.evaluator.score.Figure;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.evaluator.task.RangeKey;
import io.finemesh.score.harness.SamplesFile;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.TaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Judges all answers of a task together and files the records. What is judged is what object storage holds, so that a figure can be recomputed by anybody. */
final class TaskMerger {
    private final CheckpointFetcher fetcher;
    private final RangeShelf ranges;
    private final ResultsWriter results;

    /**
     * Figures and where their records are.
     *
     * @param scores in the task's order
     * @param records in object storage
     */
    record Merged(List<TaskScore> scores, TaskRecords records) {}

    TaskMerger(CheckpointFetcher fetcher, RangeShelf ranges, ResultsWriter results) {
        this.fetcher = fetcher;
        this.ranges = ranges;
        this.results = results;
    }

    Merged merge(EvaluationJob job, TaskPlan plan, Manifest manifest, Instant started)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        for (TaskPlan.Range range : plan.ranges()) {
            answers.putAll(answers(plan, range));
        }
        try {
            return switch (plan.measurement()) {
                case Measurement.Losses losses -> losses(job, plan, losses, answers, manifest, started);
                case Measurement.Questions questions -> questions(job, questions, answers, manifest, started);
                case Measurement.Open open -> open(job, open, answers, started);
                case Measurement.Changes changes -> changes(job, changes, answers);
            };
        } catch (TaskException | IllegalArgumentException refused) {
            boolean pattern =
                    refused instanceof TaskException task && task.reason() == TaskException.Reason.UNBOUNDED_PATTERN;
            throw new EvaluationException(
                    pattern ? FailureCode.INVALID_SPECIFICATION : FailureCode.MODEL_NOT_USABLE,
                    plan.measurement().name() + ": " + refused.getMessage(),
                    refused);
        }
    }

    /** Every question of the range exactly once, or the range is forgotten and the evaluation fails. */
    private SortedMap<Integer, Answer> answers(TaskPlan plan, TaskPlan.Range range)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        BlobReference blob = ranges.find(range.key())
                .orElseThrow(() -> new EvaluationException(
                        FailureCode.EVALUATION_FAILED, "the answers of range " + range.key() + " were forgotten"));
        SortedMap<Integer, Answer> answers;
        try {
            answers = AnswerLines.decode(
                    Files.readAllBytes(fetcher.blob(blob.digest().value(), blob.sizeBytes())));
        } catch (IllegalArgumentException damaged) {
            ranges.forget(range.key());
            throw new EvaluationException(
                    FailureCode.BLOB_CORRUPT, "answers " + blob.digest() + ": " + damaged.getMessage(), damaged);
        }
        boolean whole = answers.size() == range.to() - range.from()
                && answers.firstKey() == range.from()
                && answers.lastKey() == range.to() - 1;
        if (!whole) {
            ranges.forget(range.key());
            throw new EvaluationException(
                    FailureCode.BLOB_CORRUPT,
                    "answers " + blob.digest() + " are of " + answers.size() + " questions, not of "
                            + plan.measurement().name() + "'s " + range.from() + " to " + (range.to() - 1));
        }
        return answers;
    }

    private Merged questions(
            EvaluationJob job,
            Measurement.Questions questions,
            SortedMap<Integer, Answer> answers,
            Manifest manifest,
            Instant started)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        List<ScoredSample> samples = new ArrayList<>();
        for (Example example : questions.examples()) {
            samples.add(ScoredSample.of(questions.task(), example, response(answers.get(example.id()))));
        }
        io.finemesh.score.task.TaskScore score = io.finemesh.score.task.TaskScore.of(questions.task(), samples);
        SamplesFile file = SamplesFile.of(samples, request -> shown(questions, request));
        List<TaskScore> scores = new ScoreSheet()
                .add(questions.name(), score, samples, RangeKey.sampleSet(questions))
                .scores();
        String result = results.of(job, questions, score, file, manifest, started);
        return new Merged(scores, records(questions.name(), file.text(), result));
    }

    private Merged losses(
            EvaluationJob job,
            TaskPlan plan,
            Measurement.Losses losses,
            SortedMap<Integer, Answer> answers,
            Manifest manifest,
            Instant started)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        StringBuilder lines = new StringBuilder();
        List<Answer.Lost> measured = new ArrayList<>();
        for (var entry : answers.entrySet()) {
            if (!(entry.getValue() instanceof Answer.Lost lost)) {
                throw new EvaluationException(
                        FailureCode.BLOB_CORRUPT,
                        "question " + entry.getKey() + " of " + losses.name() + " has no loss");
            }
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("doc_id", entry.getKey());
            line.put("loss", lost.negativeLogLikelihood()).put("tokens", lost.tokens());
            lines.append(line).append('\n');
            if (lost.tokens() > 0) {
                measured.add(lost);
            }
        }
        if (measured.isEmpty()) {
            throw new EvaluationException(
                    FailureCode.DATASET_NOT_USABLE,
                    "no conversation of "
                            + plan.data().map(DatasetVersion::value).orElse("the data set")
                            + " has an answer within the cut-off of "
                            + job.work().settings().cutoffTokens() + " tokens");
        }
        Figure loss = Figure.loss(
                measured.stream()
                        .mapToDouble(Answer.Lost::negativeLogLikelihood)
                        .toArray(),
                measured.stream().mapToLong(Answer.Lost::tokens).toArray());
        List<TaskScore> scores = new ScoreSheet()
                .add(losses.name(), "loss", loss, losses.limited())
                .add(losses.name(), "perplexity", Figure.perplexity(loss), losses.limited())
                .scores();
        String result = results.of(job, losses, scores, manifest, started);
        return new Merged(scores, records(losses.name(), lines.toString(), result));
    }

    private Merged open(EvaluationJob job, Measurement.Open open, SortedMap<Integer, Answer> answers, Instant started)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        SortedMap<Integer, Answer.Judged> judged = new TreeMap<>();
        for (var entry : answers.entrySet()) {
            if (!(entry.getValue() instanceof Answer.Judged one)) {
                throw new EvaluationException(
                        FailureCode.BLOB_CORRUPT,
                        "question " + entry.getKey() + " of " + open.name() + " has no conversation");
            }
            judged.put(entry.getKey(), one);
        }
        if (open.opponent().isPresent()) {
            return pairs(job, open, judged, started);
        }
        JudgedAnswers rated = JudgedAnswers.of(open, job.work().checkpoint().value(), judged, started);
        if (rated.score().average().isEmpty()) {
            throw new EvaluationException(
                    FailureCode.EVALUATION_FAILED,
                    "no judgment of " + open.name() + " has a rating; the judge's first words are: "
                            + rated.firstReply());
        }
        return new Merged(rated.scores(), records(open.name(), rated.judgments(), rated.results()));
    }

    private Merged pairs(
            EvaluationJob job, Measurement.Open open, SortedMap<Integer, Answer.Judged> judged, Instant started)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        PairedAnswers pairs = PairedAnswers.of(open, job.work().checkpoint().value(), judged, started);
        if (pairs.score().isEmpty()) {
            throw new EvaluationException(
                    FailureCode.EVALUATION_FAILED,
                    "no judgment of " + open.name() + " has a verdict; the judge's first words are: "
                            + pairs.firstReply());
        }
        return new Merged(pairs.scores(), records(open.name(), pairs.judgments(), pairs.results()));
    }

    private Merged changes(EvaluationJob job, Measurement.Changes changes, SortedMap<Integer, Answer> answers)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        StringBuilder lines = new StringBuilder();
        List<TensorChange> tensors = new ArrayList<>();
        for (var entry : answers.entrySet()) {
            if (!(entry.getValue() instanceof Answer.Compared compared)) {
                throw new EvaluationException(
                        FailureCode.BLOB_CORRUPT,
                        "question " + entry.getKey() + " of " + changes.name() + " has no change of a tensor");
            }
            tensors.add(compared.change());
            lines.append(ReportJson.of(compared.change())).append('\n');
        }
        UpdateReport report = new UpdateReport(
                changes.base().checkpointId(), job.work().checkpoint().value(), tensors);
        return new Merged(
                UpdateScores.of(changes.name(), report),
                records(changes.name(), lines.toString(), PythonJson.indented(ReportJson.of(report), 2, false)));
    }

    private TaskRecords records(String task, String samples, String result)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        return new TaskRecords(task, fetcher.put(samples.getBytes(UTF_8)), fetcher.put(result.getBytes(UTF_8)));
    }

    private static Response response(Answer answer) {
        return switch (answer) {
            case Answer.Written written -> Response.Generated.of(written.text());
            case Answer.Weighed weighed -> new Response.Weighed(weighed.weights());
            case Answer.Lost _ -> throw new IllegalArgumentException("a question was answered with a loss");
            case Answer.Judged _, Answer.Unrated _ ->
                throw new IllegalArgumentException("a question was answered with a conversation");
            case Answer.Compared _ ->
                throw new IllegalArgumentException("a question was answered with the change of a tensor");
        };
    }

    /** The prompt as records show it: the text itself, or the messages of a chat. */
    private static String shown(Measurement.Questions questions, Request request) {
        if (!questions.chat()) {
            return request.prompt().text();
        }
        var messages = JsonNodeFactory.instance.arrayNode();
        request.prompt().chat(true).forEach(turn -> messages.addObject()
                .put("role", turn.speaker().role())
                .put("content", turn.content()));
        return PythonJson.line(messages, false);
    }
}
