package io.finemesh.score.choice;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.python.PythonText;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Prompt;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.Speaker;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskException;
import io.finemesh.score.task.Turn;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/**
 * ReCoRD (Zhang et al. 2018) as lm-evaluation-harness asks it: which of a passage's entities belongs where a sentence about it leaves a gap, by the likelihood of the sentence. The likeliest entity is held against each right one as SQuAD's
 * answers are: {@code em} for the same words, {@code f1} for common words, the best of them counting.
 */
public final class RecordTask implements Task {
    private static final String NAME = "superglue_record";
    private static final double VERSION = 2.0;
    private static final String GAP = "@placeholder";
    private static final String HIGHLIGHT = "\n@highlight\n";

    private final List<Gap> gaps;

    private record Gap(ObjectNode source, String passage, String query, List<String> entities, List<String> answers) {}

    private RecordTask(List<Gap> gaps) {
        this.gaps = List.copyOf(gaps);
    }

    /**
     * The task over the rows of a file.
     *
     * @param problems hears of rows that cannot be used; they are left out
     */
    public static RecordTask read(byte[] file, Consumer<RowProblem> problems) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(problems);
        List<Gap> gaps = new ArrayList<>();
        for (Row row : rows.rows()) {
            Fields fields = new Fields(row, problems);
            Optional<String> passage = fields.text(false, List.of("passage"));
            Optional<String> query = fields.text(false, List.of("query"));
            Optional<List<String>> entities = names(row, fields, "entities");
            Optional<List<String>> answers = names(row, fields, "answers");
            if (passage.isPresent() && query.isPresent() && entities.isPresent() && answers.isPresent()) {
                gaps.add(new Gap(row.value(), passage.get(), query.get(), entities.get(), answers.get()));
            }
        }
        return new RecordTask(gaps);
    }

    /** Different names in the order of their characters. */
    private static Optional<List<String>> names(Row row, Fields fields, String name) {
        JsonNode value = row.value().path(name);
        boolean texts = value.isArray()
                && !value.isEmpty()
                && StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isTextual);
        if (!texts) {
            fields.problem(
                    value.isMissingNode() ? Kind.MISSING_FIELD : Kind.WRONG_TYPE,
                    "\"" + name + "\" should be a list of texts; "
                            + (value.isMissingNode()
                                    ? "the row has " + fields.keys()
                                    : "it is " + Fields.described(value)));
            return Optional.empty();
        }
        TreeSet<String> names = new TreeSet<>((one, other) ->
                Arrays.compare(one.codePoints().toArray(), other.codePoints().toArray()));
        value.forEach(each -> names.add(each.textValue()));
        return Optional.of(List.copyOf(names));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public double version() {
        return VERSION;
    }

    @Override
    public int shots() {
        return 0;
    }

    @Override
    public int size() {
        return gaps.size();
    }

    @Override
    public List<Example> examples(SampleLimit limit) {
        List<Example> examples = new ArrayList<>();
        for (Gap gap : gaps.subList(0, limit.outOf(gaps.size()))) {
            List<String> continuations = gap.entities().stream()
                    .map(entity -> " " + filled(gap.query(), entity))
                    .toList();
            examples.add(new Example(
                    examples.size(),
                    gap.source(),
                    new Request.Likelihood(
                            new Prompt(List.of(new Turn(Speaker.USER, question(gap.passage()), ""))), continuations),
                    filled(gap.query(), gap.answers().getFirst())));
        }
        if (examples.isEmpty()) {
            throw new TaskException(TaskException.Reason.NO_DOCUMENTS, NAME + " has no question to ask");
        }
        return examples;
    }

    /** The text, and what is highlighted of it as a list that the sentence goes on. */
    private static String question(String passage) {
        String[] parts = PythonText.strip(passage).split(HIGHLIGHT, -1);
        StringBuilder question = new StringBuilder(parts[0]).append("\n\n");
        for (int part = 1; part < parts.length; part++) {
            question.append("  - ").append(parts[part]).append(".\n");
        }
        return question.toString();
    }

    private static String filled(String query, String entity) {
        return "  - " + query.replace(GAP, entity);
    }

    @Override
    public List<Verdict> judge(Example example, Response response) {
        if (!(response instanceof Response.Weighed weighed)) {
            throw new TaskException(
                    TaskException.Reason.WRONG_RESPONSE,
                    NAME + " weighs sentences; question " + example.id() + " was given a text");
        }
        Gap gap = gaps.get(example.id());
        String taken = gap.entities()
                .get(ChoicePrediction.of(weighed.continuations(), gap.entities())
                        .likeliest());
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(
                "f1",
                gap.answers().stream()
                        .mapToDouble(answer -> commonWords(words(taken), words(answer)))
                        .max()
                        .orElseThrow());
        metrics.put("em", gap.answers().stream().anyMatch(answer -> words(taken).equals(words(answer))) ? 1.0 : 0.0);
        return List.of(new Verdict(Verdict.UNFILTERED, taken, metrics));
    }

    /** Words as SQuAD's evaluation compares them: lower case, without ASCII punctuation and articles. */
    private static List<String> words(String text) {
        String bare = text.toLowerCase(Locale.ROOT).replaceAll("[!-/:-@\\[-`{-~]", "");
        return PythonText.words(bare.replaceAll("(?U)\\b(a|an|the)\\b", " "));
    }

    private static double commonWords(List<String> taken, List<String> right) {
        if (taken.isEmpty() || right.isEmpty()) {
            return taken.equals(right) ? 1 : 0;
        }
        Map<String, Integer> left = new HashMap<>();
        right.forEach(word -> left.merge(word, 1, Integer::sum));
        int common = 0;
        for (String word : taken) {
            if (left.merge(word, -1, Integer::sum) >= 0) {
                common++;
            }
        }
        double precision = 1.0 * common / taken.size();
        double recall = 1.0 * common / right.size();
        return common == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    @Override
    public ObjectNode configuration() {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        configuration.put("task", NAME).put("target_delimiter", " ").put("fewshot_delimiter", "\n\n");
        configuration.put("num_fewshot", 0).put("output_type", "multiple_choice");
        for (String metric : List.of("f1", "em")) {
            configuration
                    .withArray("metric_list")
                    .addObject()
                    .put("metric", metric)
                    .put("aggregation", "mean")
                    .put("higher_is_better", true);
        }
        configuration.putObject("metadata").put("version", VERSION);
        return configuration;
    }
}
