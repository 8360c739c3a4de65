package io.finemesh.gateway.admission;

import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.CronExpression;
import io.finemesh.contract.policy.DriftTrigger;
import io.finemesh.contract.policy.ExternalTrigger;
import io.finemesh.contract.policy.RegressionTrigger;
import io.finemesh.contract.policy.ScheduleTrigger;
import io.finemesh.contract.policy.TriggerSpecification;
import io.finemesh.contract.policy.VolumeTrigger;
import io.finemesh.gateway.document.Value;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads one trigger of a policy. */
final class TriggerReader {
    static final String KINDS = "volume, schedule, regression, drift or external";

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern LINE = Pattern.compile("(?=.*\\S)[^" + SpecificationReader.UNPRINTABLE + "]{1,200}");
    private static final long MOST = 1_000_000_000_000L;

    private final Section section;
    private final Problems problems;
    private final int number;

    /** @param number place in the list, from 1; a trigger without a name is called after it */
    TriggerReader(Section section, Problems problems, int number) {
        this.section = section;
        this.problems = problems;
        this.number = number;
    }

    Optional<TriggerSpecification> read() {
        if (section.given() && section.value("kind").isEmpty()) {
            section.missing("kind", KINDS);
        }
        Optional<String> kind =
                section.text("kind", Pattern.compile("volume|schedule|regression|drift|external"), KINDS);
        String name = section.text("name", PolicyReader.NAME, PolicyReader.NAME_WORDS)
                .orElse(kind.orElse("trigger") + "-" + number);
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        Optional<TriggerSpecification> trigger =
                switch (kind.get()) {
                    case "volume" -> volume(name);
                    case "schedule" -> schedule(name);
                    case "regression" -> regression(name);
                    case "drift" -> drift(name);
                    default -> external(name);
                };
        section.close();
        return trigger;
    }

    private Optional<TriggerSpecification> volume(String name) {
        OptionalLong samples = section.whole("samples", 1, MOST);
        OptionalLong tokens = section.whole("tokens", 1, MOST);
        boolean one =
                section.value("samples").isPresent() != section.value("tokens").isPresent();
        if (!one) {
            String allowed = "exactly one of samples and tokens";
            if (section.value("samples").isPresent()) {
                section.contradiction("tokens", allowed, "samples and tokens are both given; keep one");
            } else {
                section.missing("samples", allowed);
            }
        }
        return samples.isPresent() || tokens.isPresent()
                ? Optional.of(new VolumeTrigger(name, samples, tokens))
                : Optional.empty();
    }

    private Optional<TriggerSpecification> schedule(String name) {
        Optional<String> cron = PolicyReader.required(
                section, "cron", LINE, "minute, hour, day of month, month and day of week, such as \"30 2 * * MON\"");
        String zone =
                section.text("zone", LINE, "a time zone such as Europe/Vienna").orElse("UTC");
        if (cron.isPresent()) {
            try {
                CronExpression.parse(cron.get());
            } catch (IllegalArgumentException wrong) {
                problems.wrong(section.pointer("cron"), value("cron"), "a cron expression; " + wrong.getMessage());
                cron = Optional.empty();
            }
        }
        try {
            ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            problems.wrong(
                    section.pointer("zone"),
                    value("zone"),
                    "a time zone such as Europe/Vienna or UTC",
                    NearestName.of(zone, ZoneId.getAvailableZoneIds()));
            return Optional.empty();
        }
        return cron.map(expression -> new ScheduleTrigger(name, expression, zone));
    }

    private Optional<TriggerSpecification> regression(String name) {
        Optional<String> task = PolicyReader.required(section, "task", WORD, "a task of run.evaluation.tasks");
        Optional<String> metric = PolicyReader.required(section, "metric", LINE, "a metric of the task, such as loss");
        Optional<Better> better = better(section);
        if (section.given() && section.value("drop").isEmpty()) {
            section.missing("drop", "how much worse, a number above 0");
        }
        OptionalDouble drop = section.number("drop", Range.above(0, 1e9));
        return task.isPresent() && metric.isPresent() && better.isPresent() && drop.isPresent()
                ? Optional.of(new RegressionTrigger(name, task.get(), metric.get(), better.get(), drop.getAsDouble()))
                : Optional.empty();
    }

    /** Which way a metric is better; always said, since a wrong guess would promote what is worse. */
    static Optional<Better> better(Section section) {
        if (section.given() && section.value("better").isEmpty()) {
            section.missing("better", "higher or lower");
        }
        return section.choice("better", Better.class);
    }

    private Optional<TriggerSpecification> drift(String name) {
        double index = section.number("index", Range.above(0, 100)).orElse(0.25);
        long fewest = section.whole("fewest_samples", 1, MOST).orElse(100);
        return Optional.of(new DriftTrigger(name, index, fewest));
    }

    private Optional<TriggerSpecification> external(String name) {
        Optional<String> type = PolicyReader.required(
                section, "event_type", LINE, "the type of a CloudEvent, such as com.example.done");
        Optional<String> source = section.text("source", LINE, "the source of a CloudEvent");
        if (type.isPresent() && type.get().startsWith("io.finemesh.")) {
            problems.wrong(
                    section.pointer("event_type"),
                    value("event_type"),
                    "a type that does not begin with io.finemesh.: the mesh itself says those, so the policy would fire itself");
            return Optional.empty();
        }
        return type.map(eventType -> new ExternalTrigger(name, eventType, source));
    }

    private Value value(String name) {
        return section.value(name).orElseThrow();
    }
}
