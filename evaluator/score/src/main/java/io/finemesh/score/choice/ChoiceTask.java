package io.finemesh.score.choice;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.figure.Figure;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.FewShot;
import io.finemesh.score.task.Prompt;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.Speaker;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskException;
import io.finemesh.score.task.Turn;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Multiple choice: each choice is weighed after the question. {@code acc} counts the likeliest choice, {@code acc_norm} the likeliest by length.
 */
public final class ChoiceTask implements Task {
    private static final String BETWEEN_EXAMPLES = "\n\n";

    private final String name;
    private final double version;
    private final Optional<String> description;
    private final List<ChoiceDocument> documents;
    private final List<ChoiceDocument> worked;
    private final boolean byLength;
    private final int classes;

    private ChoiceTask(
            String name,
            double version,
            Optional<String> description,
            List<ChoiceDocument> documents,
            List<ChoiceDocument> worked,
            boolean byLength,
            int classes) {
        this.name = requireNonNull(name, "name is null");
        this.version = version;
        this.description = requireNonNull(description, "description is null");
        this.documents = List.copyOf(documents);
        this.worked = List.copyOf(worked);
        this.byLength = byLength;
        this.classes = classes;
    }

    /** A task without worked examples and with both metrics, as AGIEval's AQuA and SAT-Math are. */
    public static ChoiceTask of(String name, List<ChoiceDocument> documents) {
        return new ChoiceTask(name, 1.0, Optional.empty(), documents, List.of(), true, 0);
    }

    /**
     * A subject of MMLU: a description and the first five questions of the development split. The reference harness reports {@code acc} alone; what is weighed are letters, all of one length, so {@code
     * acc_norm} is the same figure.
     *
     * @param subject with underscores, such as {@code college_mathematics}
     */
    public static ChoiceTask mmlu(String subject, List<ChoiceDocument> documents, List<ChoiceDocument> development) {
        String description = "The following are multiple choice questions (with answers) about "
                + subject.replace('_', ' ') + ".\n\n";
        return new ChoiceTask(
                "mmlu_" + subject, 1.0, Optional.of(description), documents, FewShot.first(development, 5), true, 0);
    }

    /**
     * A task of SuperGLUE: {@code acc} alone, or with {@code f1}: the mean of each class's F1, a class that was neither right nor taken counting 0.
     *
     * @param classes classes that F1 is over; 0 for none
     */
    public static ChoiceTask classification(String name, double version, List<ChoiceDocument> documents, int classes) {
        return new ChoiceTask(name, version, Optional.empty(), documents, List.of(), false, classes);
    }

    /** This task with worked examples, the same for every question. */
    public ChoiceTask withWorked(List<ChoiceDocument> examples) {
        return new ChoiceTask(name, version, description, documents, examples, byLength, classes);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double version() {
        return version;
    }

    @Override
    public int shots() {
        return worked.size();
    }

    @Override
    public int size() {
        return documents.size();
    }

    @Override
    public List<Example> examples(SampleLimit limit) {
        List<Example> examples = new ArrayList<>();
        for (ChoiceDocument document : documents.subList(0, limit.outOf(documents.size()))) {
            List<Turn> turns = new ArrayList<>();
            description.ifPresent(text -> turns.add(new Turn(Speaker.SYSTEM, text, "")));
            for (ChoiceDocument example : worked) {
                int right = example.right().stream().min(Integer::compare).orElseThrow();
                turns.add(new Turn(Speaker.USER, example.question(), " "));
                turns.add(new Turn(Speaker.ASSISTANT, example.choices().get(right), BETWEEN_EXAMPLES));
            }
            turns.add(new Turn(Speaker.USER, document.question(), ""));
            List<String> continuations =
                    document.choices().stream().map(choice -> " " + choice).toList();
            examples.add(new Example(
                    examples.size(),
                    document.source(),
                    new Request.Likelihood(new Prompt(turns), continuations),
                    document.right().stream()
                            .sorted()
                            .map(String::valueOf)
                            .reduce((a, b) -> a + ", " + b)
                            .orElseThrow()));
        }
        if (examples.isEmpty()) {
            throw new TaskException(TaskException.Reason.NO_DOCUMENTS, name + " has no question to ask");
        }
        return examples;
    }

    @Override
    public List<Verdict> judge(Example example, Response response) {
        ChoiceDocument document = documents.get(example.id());
        ChoicePrediction prediction = prediction(example, response);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("acc", document.right().contains(prediction.likeliest()) ? 1.0 : 0.0);
        if (byLength) {
            metrics.put("acc_norm", document.right().contains(prediction.likeliestByLength()) ? 1.0 : 0.0);
        }
        return List.of(new Verdict(Verdict.UNFILTERED, document.choices().get(prediction.likeliest()), metrics));
    }

    @Override
    public Map<String, Figure> figures(List<ScoredSample> samples) {
        if (classes == 0) {
            return Map.of();
        }
        int[] right = new int[classes];
        int[] amiss = new int[classes];
        for (ScoredSample sample : samples) {
            ChoiceDocument document = documents.get(sample.example().id());
            int gold = document.right().iterator().next();
            int taken = prediction(sample.example(), sample.response()).likeliest();
            if (gold == taken) {
                right[gold]++;
            } else {
                amiss[gold]++;
                amiss[taken]++;
            }
        }
        double sum = 0;
        for (int each = 0; each < classes; each++) {
            sum += right[each] == 0 ? 0 : 2.0 * right[each] / (2.0 * right[each] + amiss[each]);
        }
        return Map.of("f1," + Verdict.UNFILTERED, new Figure(sum / classes, OptionalDouble.empty(), samples.size()));
    }

    private ChoicePrediction prediction(Example example, Response response) {
        if (!(response instanceof Response.Weighed weighed)) {
            throw new TaskException(
                    TaskException.Reason.WRONG_RESPONSE,
                    name + " weighs choices; question " + example.id() + " was given a text");
        }
        return ChoicePrediction.of(
                weighed.continuations(), documents.get(example.id()).choices());
    }

    @Override
    public ObjectNode configuration() {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        configuration.put("task", name).put("description", description.orElse(""));
        configuration.put("target_delimiter", " ").put("fewshot_delimiter", BETWEEN_EXAMPLES);
        configuration.put("num_fewshot", worked.size()).put("output_type", "multiple_choice");
        for (String metric : byLength ? List.of("acc", "acc_norm") : List.of("acc")) {
            configuration
                    .withArray("metric_list")
                    .addObject()
                    .put("metric", metric)
                    .put("aggregation", "mean")
                    .put("higher_is_better", true);
        }
        if (classes > 0) {
            configuration
                    .withArray("metric_list")
                    .addObject()
                    .put("metric", "f1")
                    .put("aggregation", "mean of the F1 of each class")
                    .put("higher_is_better", true);
        }
        configuration.putObject("metadata").put("version", version);
        return configuration;
    }
}
