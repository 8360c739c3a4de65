package io.finemesh.score.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.choice.ChoiceDocument;
import io.finemesh.score.choice.ChoiceTask;
import io.finemesh.score.custom.TaskDefinition.Reading;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import io.finemesh.score.task.Completion;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Prompt;
import io.finemesh.score.task.RegexFilter;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.Speaker;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskException;
import io.finemesh.score.task.Turn;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A task of a {@link TaskDefinition} whose answers are written. Tasks with choices are {@link ChoiceTask}s. */
public final class OwnTask implements Task {
    private record Item(ObjectNode source, String prompt, String target) {}

    private final TaskDefinition definition;
    private final Reading.Written reading;
    private final List<Item> items;

    private OwnTask(TaskDefinition definition, Reading.Written reading, List<Item> items) {
        this.definition = definition;
        this.reading = reading;
        this.items = List.copyOf(items);
    }

    /** The task over the rows of a file; rows that lack a field are named and left out. */
    public static Task of(TaskDefinition definition, byte[] file, Consumer<RowProblem> problems) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(problems);
        return switch (definition.reading()) {
            case Reading.Written written ->
                new OwnTask(definition, written, items(definition, written, rows, problems));
            case Reading.Chosen chosen -> ChoiceTask.of(definition.name(), choices(definition, chosen, rows, problems));
        };
    }

    private static List<Item> items(
            TaskDefinition definition, Reading.Written written, Rows rows, Consumer<RowProblem> problems) {
        List<Item> items = new ArrayList<>();
        for (Row row : rows.rows()) {
            filled(definition, row, problems).ifPresent(item -> {
                if (written.metric() == AnswerMetric.NUMBER
                        && AnswerMetric.number(item.target()).isEmpty()) {
                    problems.accept(new RowProblem(
                            row.line(),
                            Kind.BAD_VALUE,
                            "the target \"" + RowReader.excerpt(item.target()) + "\" is no number"));
                } else {
                    items.add(item);
                }
            });
        }
        return items;
    }

    private static Optional<Item> filled(TaskDefinition definition, Row row, Consumer<RowProblem> problems) {
        Fields fields = new Fields(row, problems);
        Map<String, String> values = new HashMap<>();
        List<String> wanted = new ArrayList<>(definition.prompt().fields());
        definition.target().fields().stream()
                .filter(name -> !wanted.contains(name))
                .forEach(wanted::add);
        for (String name : wanted) {
            JsonNode value = row.value().get(name);
            if (value != null && value.isBoolean()) {
                values.put(name, value.asText());
            } else {
                fields.text(true, List.of(name)).ifPresent(text -> values.put(name, text));
            }
        }
        return values.size() < wanted.size()
                ? Optional.empty()
                : Optional.of(new Item(
                        row.value(),
                        definition.prompt().fill(values),
                        definition.target().fill(values)));
    }

    private static List<ChoiceDocument> choices(
            TaskDefinition definition, Reading.Chosen chosen, Rows rows, Consumer<RowProblem> problems) {
        List<ChoiceDocument> documents = new ArrayList<>();
        for (Row row : rows.rows()) {
            Optional<Item> item = filled(definition, row, problems);
            if (item.isEmpty()) {
                continue;
            }
            List<String> choices = new ArrayList<>(chosen.fixed());
            chosen.field().ifPresent(field -> row.value().path(field).forEach(choice -> choices.add(choice.asText())));
            int right = right(choices, item.get().target());
            if (right < 0) {
                problems.accept(new RowProblem(
                        row.line(),
                        Kind.BAD_VALUE,
                        "the target \"" + RowReader.excerpt(item.get().target()) + "\" is neither one of the choices "
                                + choices + " nor the index or letter of one"));
                continue;
            }
            try {
                documents.add(new ChoiceDocument(row.value(), item.get().prompt(), choices, Set.of(right)));
            } catch (IllegalArgumentException unusable) {
                problems.accept(new RowProblem(row.line(), Kind.BAD_VALUE, unusable.getMessage()));
            }
        }
        return documents;
    }

    /** A choice itself, else its index from 0, else its letter. */
    private static int right(List<String> choices, String target) {
        int itself = choices.indexOf(target);
        if (itself >= 0) {
            return itself;
        }
        int index = -1;
        if (target.matches("[0-9]{1,4}")) {
            index = Integer.parseInt(target);
        } else if (target.matches("[A-Z]")) {
            index = target.charAt(0) - 'A';
        }
        return index < choices.size() ? index : -1;
    }

    @Override
    public String name() {
        return definition.name();
    }

    @Override
    public double version() {
        return definition.version();
    }

    @Override
    public int shots() {
        return 0;
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public List<Example> examples(SampleLimit limit) {
        List<Example> examples = new ArrayList<>();
        for (Item item : items.subList(0, limit.outOf(items.size()))) {
            Prompt prompt = new Prompt(List.of(new Turn(Speaker.USER, item.prompt(), "")));
            examples.add(new Example(
                    examples.size(),
                    item.source(),
                    new Request.Generation(prompt, reading.stops(), reading.longest(), 0, 1),
                    item.target()));
        }
        if (examples.isEmpty()) {
            throw new TaskException(TaskException.Reason.NO_DOCUMENTS, name() + " has no row to ask");
        }
        return examples;
    }

    @Override
    public List<Verdict> judge(Example example, Response response) {
        if (!(response instanceof Response.Generated generated)) {
            throw new TaskException(
                    TaskException.Reason.WRONG_RESPONSE,
                    name() + " reads texts; row " + example.id() + " was given likelihoods");
        }
        String text = Completion.cut(generated.repeats().getFirst(), Optional.empty(), reading.stops());
        String read = reading.pattern()
                .map(pattern -> new RegexFilter("regex", pattern, reading.last()).read(text))
                .orElse(text);
        double right = reading.metric().isRight(read, example.target()) ? 1 : 0;
        return List.of(
                new Verdict(Verdict.UNFILTERED, read, Map.of(reading.metric().key(), right)));
    }

    @Override
    public ObjectNode configuration() {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        configuration.put("task", name()).put("num_fewshot", 0).put("output_type", "generate_until");
        reading.stops().forEach(configuration.putObject("generation_kwargs").putArray("until")::add);
        reading.pattern().ifPresent(pattern -> configuration.put("regex", pattern.pattern()));
        configuration
                .putArray("metric_list")
                .addObject()
                .put("metric", reading.metric().key())
                .put("aggregation", "mean")
                .put("higher_is_better", true);
        configuration.putObject("metadata").put("version", version());
        return configuration;
    }
}
