package io.finemesh.score.math;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** MATH without worked examples: lm-evaluation-harness's {@code hendrycks_math} 1.0. Greedy, at most {@link #LONGEST} new tokens. */
public final class MathTask implements Task {
    /** New tokens that the reference allows where nothing else is said. */
    public static final int LONGEST = 256;

    private static final String STOP = "Problem:";

    private record Problem(ObjectNode source, String question, String answer) {}

    private final List<Problem> problems;

    private MathTask(List<Problem> problems) {
        this.problems = List.copyOf(problems);
    }

    /** Problems of a file with {@code problem} and {@code solution}; a solution without a box is named and left out. */
    public static MathTask read(byte[] file, Consumer<RowProblem> faults) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(faults);
        List<Problem> problems = new ArrayList<>();
        for (Row row : rows.rows()) {
            Fields fields = new Fields(row, faults);
            Optional<String> problem = fields.text(false, List.of("problem"));
            Optional<String> solution = fields.text(false, List.of("solution"));
            Optional<String> answer = solution.flatMap(BoxedAnswer::of);
            if (solution.isPresent() && answer.isEmpty()) {
                fields.problem(Kind.BAD_VALUE, "the solution has no answer in \\boxed{...}");
            } else if (problem.isPresent() && solution.isPresent()) {
                ObjectNode document = JsonNodeFactory.instance.objectNode();
                document.put("problem", problem.get())
                        .put("solution", solution.get())
                        .put("answer", answer.get());
                problems.add(new Problem(document, problem.get(), answer.get()));
            }
        }
        return new MathTask(problems);
    }

    @Override
    public String name() {
        return "hendrycks_math";
    }

    @Override
    public double version() {
        return 1.0;
    }

    @Override
    public int shots() {
        return 0;
    }

    @Override
    public int size() {
        return problems.size();
    }

    @Override
    public List<Example> examples(SampleLimit limit) {
        List<Example> examples = new ArrayList<>();
        for (Problem problem : problems.subList(0, limit.outOf(problems.size()))) {
            Turn question = new Turn(Speaker.USER, "Problem: " + problem.question() + "\nAnswer:", "");
            Request request = new Request.Generation(new Prompt(List.of(question)), List.of(STOP), LONGEST, 0, 1);
            examples.add(new Example(examples.size(), problem.source(), request, problem.answer()));
        }
        if (examples.isEmpty()) {
            throw new TaskException(TaskException.Reason.NO_DOCUMENTS, name() + " has no problem to ask");
        }
        return examples;
    }

    @Override
    public List<Verdict> judge(Example example, Response response) {
        if (!(response instanceof Response.Generated generated)) {
            throw new TaskException(
                    TaskException.Reason.WRONG_RESPONSE,
                    name() + " reads texts; problem " + example.id() + " was given likelihoods");
        }
        String answer = BoxedAnswer.betweenDollars(generated.repeats().getFirst());
        boolean right = MathEquivalence.areEquivalent(Optional.of(answer), Optional.of(example.target()));
        return List.of(new Verdict(
                Verdict.UNFILTERED, generated.repeats().getFirst(), Map.of("exact_match", right ? 1.0 : 0.0)));
    }

    @Override
    public ObjectNode configuration() {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        configuration
                .put("task", name())
                .put("dataset_path", "EleutherAI/hendrycks_math")
                .put("test_split", "test");
        configuration.put("doc_to_text", "Problem: {{problem}}\nAnswer:").put("doc_to_target", "{{answer}}");
        configuration.put("num_fewshot", 0).put("output_type", "generate_until");
        ObjectNode generation = configuration.putObject("generation_kwargs");
        generation.putArray("until").add(STOP);
        generation.put("do_sample", false).put("temperature", 0);
        ObjectNode metric = configuration.putArray("metric_list").addObject();
        metric.put("metric", "exact_match").put("aggregation", "mean").put("higher_is_better", true);
        configuration.put("repeats", 1).putObject("metadata").put("version", version());
        return configuration;
    }
}
