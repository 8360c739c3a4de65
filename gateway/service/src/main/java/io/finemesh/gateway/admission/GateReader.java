package io.finemesh.gateway.admission;

import io.finemesh.contract.evaluation.TaskMetrics;
import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.GateRule;
import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.NoRegressionRule;
import io.finemesh.contract.policy.PairedDemand;
import io.finemesh.contract.policy.PairedRule;
import io.finemesh.contract.policy.PairedTest;
import io.finemesh.contract.policy.ThresholdRule;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.gateway.document.Pointers;
import io.finemesh.gateway.document.Value;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what a checkpoint must show before it takes an alias. */
final class GateReader {
    private static final String RULES = "threshold, no_regression or paired";
    private static final Pattern RULE = Pattern.compile("threshold|no_regression|paired");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._,@ -]{0,127}");
    private static final long LARGEST_SEED = (1L << 53) - 1;

    private final Problems problems;
    private final Optional<Map<String, EvaluationTask>> tasks;

    /** Tasks whose figures are of no samples that are right or wrong. */
    private static final Set<EvaluationTask> WITHOUT_OUTCOMES = EnumSet.of(
            EvaluationTask.HELD_OUT_LOSS,
            EvaluationTask.MT_BENCH,
            EvaluationTask.UPDATE_REPORT,
            EvaluationTask.MT_BENCH_PAIRWISE);

    /** @param tasks what the runs are evaluated on, by the names that figures have; empty where that cannot be read */
    GateReader(Problems problems, Optional<Map<String, EvaluationTask>> tasks) {
        this.problems = problems;
        this.tasks = tasks;
    }

    GateSpecification read(Section top) {
        String allowed = "a list of at least one rule, each with rule: " + RULES;
        if (top.given() && top.value("gate").isEmpty()) {
            top.missing("gate", "rules; a gate that asks nothing is no gate");
        }
        Section section = top.section("gate");
        if (section.given() && section.value("rules").isEmpty()) {
            section.missing("rules", allowed);
        }
        List<GateRule> rules = new ArrayList<>();
        int position = 0;
        for (Value item : section.items("rules", allowed)) {
            String pointer = Pointers.item(section.pointer("rules"), position++);
            rule(Section.of(pointer, Optional.of(item), problems)).ifPresent(rules::add);
        }
        boolean manual = section.flag("manual_approval").orElse(false);
        boolean limited = section.flag("limited_runs").orElse(false);
        long seed = section.whole("seed", 0, LARGEST_SEED).orElse(1234);
        section.close();
        return new GateSpecification(rules, manual, limited, seed);
    }

    private Optional<GateRule> rule(Section section) {
        if (section.given() && section.value("rule").isEmpty()) {
            section.missing("rule", RULES);
        }
        Optional<String> rule = section.text("rule", RULE, RULES);
        Optional<String> task = PolicyReader.required(section, "task", WORD, "a task of run.evaluation.tasks");
        Optional<String> metric = PolicyReader.required(section, "metric", WORD, "a metric of the task, such as loss");
        Optional<Better> better = TriggerReader.better(section);
        if (task.isPresent() && tasks.isPresent()) {
            Optional<EvaluationTask> asked = Optional.ofNullable(tasks.get().get(task.get()));
            if (asked.isEmpty()) {
                Set<String> names = tasks.get().keySet();
                problems.wrong(
                        section.pointer("task"),
                        section.value("task").orElseThrow(),
                        "a task of run.evaluation.tasks: " + PolicyReader.names(names),
                        NearestName.of(task.get(), names));
            } else {
                boolean measured =
                        metric.isEmpty() || measured(section, problems, asked.get(), task.get(), metric.get());
                rule.filter(_ -> measured).ifPresent(kind -> comparable(section, kind, task.get(), asked.get()));
            }
        }
        if (rule.isEmpty()) {
            return Optional.empty();
        }
        boolean whole = task.isPresent() && metric.isPresent() && better.isPresent();
        Optional<GateRule> read =
                switch (rule.get()) {
                    case "threshold" -> {
                        OptionalDouble bound = number(section, "bound", Range.from(-1e12, 1e12));
                        yield whole && bound.isPresent()
                                ? Optional.of(
                                        new ThresholdRule(task.get(), metric.get(), better.get(), bound.getAsDouble()))
                                : Optional.empty();
                    }
                    case "no_regression" -> {
                        double tolerance =
                                section.number("tolerance", Range.from(0, 1e12)).orElse(0);
                        yield whole
                                ? Optional.of(new NoRegressionRule(task.get(), metric.get(), better.get(), tolerance))
                                : Optional.empty();
                    }
                    default -> {
                        PairedDemand demand =
                                section.choice("demand", PairedDemand.class).orElse(PairedDemand.NOT_WORSE);
                        PairedTest test =
                                section.choice("test", PairedTest.class).orElse(PairedTest.BOOTSTRAP);
                        double confidence = section.number("confidence", Range.from(0.5, 0.9999))
                                .orElse(0.95);
                        int fewest = section.integer("fewest", 1, 100_000).orElse(10);
                        yield whole
                                ? Optional.of(new PairedRule(
                                        task.get(), metric.get(), better.get(), demand, test, confidence, fewest))
                                : Optional.empty();
                    }
                };
        section.close();
        return read;
    }

    /** Refuses a figure that a task does not have: what waits for it would wait for ever. */
    static boolean measured(Section section, Problems problems, EvaluationTask task, String name, String metric) {
        boolean known = TaskMetrics.has(task, name, metric);
        if (!known) {
            List<String> names = TaskMetrics.of(task, name);
            problems.wrong(
                    section.pointer("metric"),
                    section.value("metric").orElseThrow(),
                    "a metric of " + name + ": " + String.join(", ", names),
                    NearestName.of(metric, names));
        }
        return known;
    }

    /** Refuses a comparison that a task's figures do not allow. */
    private void comparable(Section section, String rule, String name, EvaluationTask task) {
        if (rule.equals("no_regression") && task.comparesCheckpoints()) {
            section.contradiction(
                    "rule",
                    "threshold",
                    name
                            + " compares a checkpoint with what its run started from, and the champion is not asked for it; hold it to a threshold");
        }
        boolean share = task == EvaluationTask.SUPERGLUE
                && section.value("metric")
                        .filter(metric ->
                                metric instanceof Value.Text text && text.text().equals("f1"))
                        .isPresent();
        if (rule.equals("paired") && share) {
            section.contradiction(
                    "metric",
                    "acc, or em of record",
                    "paired compares the samples that each got right, and f1 is no count of right samples; compare acc, or em of record");
        }
        if (rule.equals("paired") && WITHOUT_OUTCOMES.contains(task)) {
            String others = tasks.orElseThrow().entrySet().stream()
                    .filter(each -> !WITHOUT_OUTCOMES.contains(each.getValue()))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.joining(", "));
            section.contradiction(
                    "rule",
                    task.comparesCheckpoints() ? "threshold" : "threshold or no_regression",
                    "paired compares the samples that each got right, and " + name
                            + " has no samples that are right or wrong"
                            + (others.isEmpty() ? "" : "; of run.evaluation.tasks these have: " + others));
        }
    }

    private static OptionalDouble number(Section section, String name, Range range) {
        if (section.value(name).isEmpty()) {
            section.missing(name, range.words());
        }
        return section.number(name, range);
    }
}
