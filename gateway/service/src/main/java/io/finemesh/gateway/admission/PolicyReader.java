package io.finemesh.gateway.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyLimits;
import io.finemesh.contract.policy.RegressionTrigger;
import io.finemesh.contract.policy.TriggerSpecification;
import io.finemesh.contract.policy.Webhook;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.DocumentException;
import io.finemesh.gateway.document.DocumentReader;
import io.finemesh.gateway.document.Flaw;
import io.finemesh.gateway.document.Pointers;
import io.finemesh.gateway.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Reads a policy. Every fault is named at once, also what only the policy as a whole shows to be wrong. Not thread-safe: one instance reads one document. */
public final class PolicyReader {
    /** Names of policies, connectors, triggers and aliases. */
    public static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    static final String NAME_WORDS = "1 to 64 letters, digits or . _ - beginning with a letter or digit";

    private static final String DATASET_WORDS = "the name of a data set that grows, without version";

    /** A regression is measured on evaluations that the policy's own runs cause. */
    private static final long SHORTEST_REGRESSION_COOLDOWN = 60;

    private static final long LONGEST_SECONDS = 366L * 24 * 3600;
    private static final Pattern URL = Pattern.compile("https?://[^\\s/?#@]+([/?#]\\S*)?");
    private static final String HELD_OUT = ":held-out";

    private final Problems problems = new Problems("a policy");
    private final Document document;
    private Optional<EvaluationSpecification> evaluation = Optional.empty();

    private PolicyReader(Document document) {
        this.document = document;
    }

    /**
     * The verdict on a document.
     *
     * @param policy the policy, of revision 0; empty when anything is wrong with it
     * @param model name of the model it names, where that can be read
     * @param dataset name of the data set it names, where that can be read
     * @param evaluation what its runs are evaluated by, where that can be read
     * @param problems every fault
     */
    public record Verdict(
            Optional<PolicyDefined> policy,
            Optional<String> model,
            Optional<String> dataset,
            Optional<EvaluationSpecification> evaluation,
            List<FieldProblem> problems) {
        public Verdict {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Reads a document.
     *
     * @param name the policy's name where the request gives it; the document may then leave it out and must not say another
     */
    public static Verdict read(Document document, Optional<String> name) {
        return new PolicyReader(document).verdict(name);
    }

    private Verdict verdict(Optional<String> requested) {
        for (Flaw flaw : document.flaws()) {
            problems.flaw(flaw);
        }
        Section top = Section.of("", Optional.of(document.root()), problems);
        Optional<String> name = name(top, requested);
        boolean enabled = top.flag("enabled").orElse(true);
        boolean dryRun = top.flag("dry_run").orElse(false);
        Optional<String> model = required(top, "model", SpecificationReader.NEW_MODEL, "a model's name");
        String alias = top.text("alias", NAME, NAME_WORDS).orElse("champion");
        Optional<String> dataset = top.dataset("dataset", NAME, DATASET_WORDS, "append");
        if (top.given() && top.value("dataset").isEmpty()) {
            top.missing("dataset", DATASET_WORDS);
        }
        List<TriggerSpecification> triggers = triggers(top);
        PolicyLimits limits = limits(top.section("limits"));
        Optional<Draft> run = run(top, model, dataset);
        Optional<Map<String, EvaluationTask>> known = evaluation
                .filter(_ -> problems.noneWithin("/run/evaluation/tasks"))
                .map(PolicyReader::tasks);
        GateSpecification gate = new GateReader(problems, known).read(top);
        List<Webhook> webhooks = webhooks(top);
        together(top, triggers, limits, run, known, dataset);
        top.close();
        if (!problems.none()) {
            return new Verdict(Optional.empty(), model, dataset, evaluation, problems.list());
        }
        Draft draft = run.orElseThrow();
        return new Verdict(
                Optional.of(new PolicyDefined(
                        name.orElseThrow(),
                        0,
                        enabled,
                        dryRun,
                        model.orElseThrow(),
                        alias,
                        dataset.orElseThrow(),
                        triggers,
                        limits,
                        draft.specification(),
                        draft.warmupRatio(),
                        gate,
                        webhooks)),
                model,
                dataset,
                evaluation,
                List.of());
    }

    private Optional<String> name(Section top, Optional<String> requested) {
        Optional<String> written = top.text("name", NAME, NAME_WORDS);
        if (requested.isEmpty() && top.value("name").isEmpty()) {
            top.missing("name", NAME_WORDS);
        }
        if (requested.isPresent() && written.isPresent() && !written.equals(requested)) {
            top.contradiction(
                    "name",
                    requested.get(),
                    "name is \"" + written.get() + "\", and the request is about policy " + requested.get());
        }
        return requested.isPresent() ? requested : written;
    }

    static Optional<String> required(Section section, String name, Pattern form, String allowed) {
        if (section.given() && section.value(name).isEmpty()) {
            section.missing(name, allowed);
        }
        return section.text(name, form, allowed);
    }

    private List<TriggerSpecification> triggers(Section top) {
        String allowed = "a list of at least one trigger, each with kind: " + TriggerReader.KINDS;
        if (top.given() && top.value("triggers").isEmpty()) {
            top.missing("triggers", allowed);
        }
        List<TriggerSpecification> triggers = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        int position = 0;
        for (Value item : top.items("triggers", allowed)) {
            String pointer = Pointers.item(top.pointer("triggers"), position++);
            Section section = Section.of(pointer, Optional.of(item), problems);
            new TriggerReader(section, problems, position).read().ifPresent(trigger -> {
                triggers.add(trigger);
                if (!names.add(trigger.name())) {
                    problems.wrong(
                            pointer,
                            item,
                            "a name of its own; another trigger is called \"" + trigger.name() + "\" too");
                }
            });
        }
        return triggers;
    }

    private static PolicyLimits limits(Section section) {
        PolicyLimits limits = new PolicyLimits(
                section.whole("cooldown_seconds", 0, LONGEST_SECONDS).orElse(SHORTEST_REGRESSION_COOLDOWN),
                section.integer("maximum_concurrent_runs", 1, 1_000).orElse(1),
                section.whole("budget_steps", 1, 1_000_000_000_000L),
                section.number("budget_gpu_seconds", Range.above(0, 1e12)),
                section.whole("budget_period_seconds", 0, LONGEST_SECONDS).orElse(0));
        section.close();
        return limits;
    }

    /** The specification of runs: everything of a run specification but what the policy itself says. */
    private Optional<Draft> run(Section top, Optional<String> model, Optional<String> dataset) {
        Optional<Value> value = top.value("run");
        if (value.isEmpty()) {
            top.missing("run", "a run specification without model and dataset, which are the policy's");
            return Optional.empty();
        }
        if (!(value.get() instanceof Value.Mapping mapping)) {
            problems.wrong("/run", value.get(), "a mapping of fields");
            return Optional.empty();
        }
        Section own = Section.of("/run", value, problems);
        for (String field : List.of("model", "dataset")) {
            own.contradiction(
                    field,
                    "nothing: it is the policy's",
                    "run." + field + " is the policy's own " + field + "; leave it out");
        }
        Map<String, Value> entries = new LinkedHashMap<>(mapping.entries());
        entries.put("model", new Value.Text(mapping.place(), model.orElse("model")));
        entries.put("dataset", new Value.Text(mapping.place(), dataset.orElse("dataset")));
        if (entries.get("evaluation") instanceof Value.Mapping given
                && !given.entries().containsKey("dataset")
                && needsData(given)) {
            Map<String, Value> filled = new LinkedHashMap<>(given.entries());
            filled.put("dataset", new Value.Text(given.place(), dataset.orElse("dataset") + HELD_OUT));
            entries.put("evaluation", new Value.Mapping(given.place(), filled, given.keyPlaces()));
        }
        Document inner = new Document(new Value.Mapping(mapping.place(), entries, mapping.keyPlaces()), List.of());
        return switch (SpecificationReader.read(inner)) {
            case Admission.Admitted admitted -> {
                evaluation = Optional.of(admitted.draft().specification().evaluation());
                yield Optional.of(admitted.draft());
            }
            case Admission.Refused refused -> {
                evaluation = refused.references().evaluation();
                refused.problems().forEach(problem -> problems.add(problem.under("/run")));
                yield Optional.empty();
            }
        };
    }

    /** Whether a task of an evaluation, which may be wrong, has no data of its own and needs some. */
    private static boolean needsData(Value.Mapping evaluation) {
        return !(evaluation.entries().get("tasks") instanceof Value.Sequence tasks)
                || tasks.items().stream()
                        .anyMatch(item -> !(item instanceof Value.Mapping task)
                                || !task.entries().containsKey("dataset")
                                        && !(task.entries().get("task") instanceof Value.Text kind
                                                && kind.text().equals(word(EvaluationTask.UPDATE_REPORT))));
    }

    /** What runs are evaluated on, by the names that figures are filed under. */
    private static Map<String, EvaluationTask> tasks(EvaluationSpecification evaluation) {
        Map<String, EvaluationTask> names = new TreeMap<>();
        evaluation.tasks().forEach(task -> names.put(filed(task), task.task()));
        return names;
    }

    /** Name that a task's scores are filed under: its own, or what the task file of a person's task says. */
    private static String filed(TaskSpecification task) {
        return task.options()
                .flatMap(TaskOptions::definition)
                .flatMap(PolicyReader::taskName)
                .orElseGet(task::name);
    }

    /** The name in a task file; empty where the evaluator will say what is wrong with the file. */
    private static Optional<String> taskName(String definition) {
        try {
            Document file = DocumentReader.read(definition.getBytes(UTF_8), DocumentReader.Syntax.YAML);
            return file.root() instanceof Value.Mapping mapping
                            && mapping.entries().get("task") instanceof Value.Text name
                    ? Optional.of(name.text())
                    : Optional.empty();
        } catch (DocumentException unreadable) {
            return Optional.empty();
        }
    }

    static String word(EvaluationTask task) {
        return task.name().toLowerCase(Locale.ROOT);
    }

    private List<Webhook> webhooks(Section top) {
        List<Webhook> webhooks = new ArrayList<>();
        int position = 0;
        for (Value item : top.items("webhooks", "a list of addresses, each with url and secret")) {
            Section section =
                    Section.of(Pointers.item(top.pointer("webhooks"), position++), Optional.of(item), problems);
            Optional<String> url = required(section, "url", URL, "an address that begins with http:// or https://");
            Optional<String> secret = required(section, "secret", NAME, "the name of a secret: " + NAME_WORDS);
            section.close();
            if (url.isPresent() && secret.isPresent()) {
                webhooks.add(new Webhook(url.get(), secret.get()));
            }
        }
        return webhooks;
    }

    /** What only the policy as a whole shows to be wrong. */
    private void together(
            Section top,
            List<TriggerSpecification> triggers,
            PolicyLimits limits,
            Optional<Draft> run,
            Optional<Map<String, EvaluationTask>> tasks,
            Optional<String> dataset) {
        OptionalLong steps = run.map(draft -> draft.specification().maxSteps()).orElse(OptionalLong.empty());
        if (steps.isPresent()
                && limits.budgetSteps().isPresent()
                && steps.getAsLong() > limits.budgetSteps().getAsLong()) {
            top.section("limits")
                    .contradiction(
                            "budget_steps",
                            "at least run.duration.max_steps, which is " + steps.getAsLong(),
                            "limits.budget_steps is " + limits.budgetSteps().getAsLong() + ", and a run takes "
                                    + steps.getAsLong() + ": it would never fire");
        }
        run.ifPresent(draft -> onTrainingData(
                top.section("run").section("evaluation"), draft.specification().evaluation(), dataset.orElse("")));
        for (int index = 0; index < triggers.size(); index++) {
            if (triggers.get(index) instanceof RegressionTrigger regression) {
                Section section =
                        Section.of(Pointers.item("/triggers", index), Optional.of(item(top, index)), problems);
                if (limits.cooldownSeconds() < SHORTEST_REGRESSION_COOLDOWN) {
                    problems.wrong(
                            section.pointer("kind"),
                            item(top, index),
                            "regression with limits.cooldown_seconds of at least " + SHORTEST_REGRESSION_COOLDOWN
                                    + ": the run it fires evaluates the same checkpoint again, so it would fire itself");
                }
                if (tasks.isPresent() && !tasks.get().containsKey(regression.task())) {
                    problems.wrong(
                            section.pointer("task"),
                            section.value("task").orElseThrow(),
                            "a task of run.evaluation.tasks: "
                                    + names(tasks.get().keySet()),
                            NearestName.of(regression.task(), tasks.get().keySet()));
                } else if (tasks.isPresent()
                        && tasks.get().get(regression.task()).comparesCheckpoints()) {
                    section.contradiction(
                            "task",
                            "a task that measures a checkpoint by itself",
                            regression.task()
                                    + " compares a checkpoint with what its run started from, which does not get worse later; name a task that measures it by itself");
                } else if (tasks.isPresent()) {
                    GateReader.measured(
                            section,
                            problems,
                            tasks.get().get(regression.task()),
                            regression.task(),
                            regression.metric());
                }
            }
        }
    }

    /** Refuses to evaluate on what the runs train on, under whatever version. */
    private void onTrainingData(Section section, EvaluationSpecification asked, String own) {
        Predicate<String> trained = name -> name.equals(own) || name.startsWith(own + "@") && !name.endsWith(HELD_OUT);
        String advice = " is what the runs train on; leave it out to evaluate on " + own + HELD_OUT;
        if (asked.dataset().filter(trained).isPresent()) {
            section.contradiction(
                    "dataset", own + HELD_OUT + " or another data set", "run.evaluation.dataset" + advice);
        }
        List<Value> items = section.items("tasks", "");
        for (int index = 0; index < asked.tasks().size(); index++) {
            Optional<String> of = asked.tasks().get(index).options().flatMap(TaskOptions::dataset);
            if (of.filter(trained).isPresent()) {
                Section.of(Pointers.item(section.pointer("tasks"), index), Optional.of(items.get(index)), problems)
                        .contradiction(
                                "dataset",
                                own + HELD_OUT + " or another data set",
                                "run.evaluation.tasks." + index + ".dataset" + advice);
            }
        }
    }

    private static Value item(Section top, int index) {
        return ((Value.Sequence) top.value("triggers").orElseThrow()).items().get(index);
    }

    static String names(Set<String> tasks) {
        return tasks.isEmpty() ? "there is none, so add one" : String.join(", ", tasks);
    }
}
