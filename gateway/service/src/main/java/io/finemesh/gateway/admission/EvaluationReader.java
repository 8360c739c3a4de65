package io.finemesh.gateway.admission;

import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.Flaw;
import io.finemesh.gateway.document.Value;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what is asked for by an evaluation on demand: {@code checkpoint}, {@code tasks}, and optionally {@code dataset}, {@code against}, {@code template}, {@code precision}, {@code cutoff_len}, {@code remote} and {@code judge}. */
public final class EvaluationReader {
    /** A model name, a checkpoint id, or an alias of a model. */
    public static final Pattern CHECKPOINT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}(@[a-z][a-z0-9-]{0,31})?");

    private static final String CHECKPOINT_WORDS =
            "a checkpoint id, a model name, or an alias such as my-model@champion";
    private static final Pattern URL = Pattern.compile("https?://[^\\s\\p{Cc}]{1,500}");
    private static final Pattern PRINTABLE =
            Pattern.compile("(?=.*\\S)[^" + SpecificationReader.UNPRINTABLE + "]{1,200}");
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private static final String JUDGE_WORDS =
            "checkpoint, or url and model; with prompts, and references where questions have them";

    private EvaluationReader() {}

    /** The verdict on a document. */
    public sealed interface Verdict {
        /** Nothing is wrong with it as far as it goes by itself. */
        record Readable(EvaluationDraft draft) implements Verdict {}

        /**
         * It cannot become an evaluation.
         *
         * @param problems every wrong field
         */
        record Refused(List<FieldProblem> problems) implements Verdict {
            public Refused {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Reads a document. */
    public static Verdict read(Document document) {
        Problems problems = new Problems("an evaluation");
        for (Flaw flaw : document.flaws()) {
            problems.flaw(flaw);
        }
        if (document.root() instanceof Value.Nothing) {
            problems.wrong("", document.root(), "a mapping with at least checkpoint, dataset and tasks");
            return new Verdict.Refused(problems.list());
        }
        Section top = Section.of("", Optional.of(document.root()), problems);
        Optional<String> checkpoint = top.text("checkpoint", CHECKPOINT, CHECKPOINT_WORDS);
        if (top.given() && top.value("checkpoint").isEmpty()) {
            top.missing("checkpoint", CHECKPOINT_WORDS);
        }
        Optional<String> dataset = top.text(
                "dataset", SpecificationReader.EVALUATION_DATASET, SpecificationReader.EVALUATION_DATASET_WORDS);
        if (top.given() && top.value("tasks").isEmpty()) {
            top.missing("tasks", TaskReader.TASKS_WORDS);
        }
        List<TaskSpecification> tasks = new TaskReader(problems, true).read(top);
        Optional<String> against = top.text("against", CHECKPOINT, CHECKPOINT_WORDS);
        if (tasks.stream().noneMatch(task -> task.task() == EvaluationTask.UPDATE_REPORT)) {
            top.contradiction(
                    "against",
                    "nothing without update_report among the tasks",
                    "against is what update_report compares with, and it is not among the tasks; leave it out or add the task");
        }
        PromptTemplate template = top.choice("template", PromptTemplate.class).orElse(Defaults.TEMPLATE);
        Precision precision = top.choice("precision", Precision.class).orElse(Defaults.PRECISION);
        int cutoff = top.integer("cutoff_len", 2, 1 << 24).orElse(Defaults.CUTOFF_TOKENS);
        Optional<RemoteModel> remote = remote(top.section("remote"));
        Optional<JudgeDraft> judge = judge(top.section("judge"));
        boolean open = tasks.stream().anyMatch(task -> task.task() == EvaluationTask.MT_BENCH);
        if (open && top.value("judge").isEmpty()) {
            top.missing("judge", "who rates the answers of mt_bench: " + JUDGE_WORDS);
        }
        if (open) {
            top.contradiction(
                    "remote",
                    "nothing beside mt_bench",
                    "remote writes single answers, and mt_bench is a conversation that the evaluator's engine leads; leave it out, or evaluate mt_bench alone");
        } else {
            top.contradiction(
                    "judge",
                    "nothing without mt_bench among the tasks",
                    "judge rates the answers of mt_bench, and it is not among the tasks; leave it out or add the task");
        }
        top.close();
        boolean allHaveData = tasks.stream()
                .allMatch(task -> task.task() == EvaluationTask.UPDATE_REPORT
                        || task.options().orElse(TaskOptions.NONE).dataset().isPresent());
        if (top.given() && top.value("dataset").isEmpty() && !allHaveData) {
            top.missing("dataset", SpecificationReader.DATASET_WORDS + ", or a dataset for each task");
        }
        return problems.none() && checkpoint.isPresent()
                ? new Verdict.Readable(new EvaluationDraft(
                        checkpoint.get(),
                        dataset,
                        tasks,
                        new EvaluationSettings(template, precision, cutoff, Optional.empty(), remote),
                        against,
                        judge))
                : new Verdict.Refused(problems.list());
    }

    private static Optional<JudgeDraft> judge(Section section) {
        Optional<String> checkpoint = section.text("checkpoint", CHECKPOINT, CHECKPOINT_WORDS);
        Optional<RemoteModel> remote = server(section);
        Optional<String> prompts =
                section.text("prompts", SpecificationReader.DATASET, SpecificationReader.DATASET_WORDS);
        Optional<String> references =
                section.text("references", SpecificationReader.DATASET, SpecificationReader.DATASET_WORDS);
        section.close();
        if (!section.given()) {
            return Optional.empty();
        }
        if (section.value("checkpoint").isPresent()) {
            for (String key : List.of("url", "model", "secret")) {
                section.contradiction(
                        key,
                        "nothing beside checkpoint",
                        "a judge is a checkpoint or a server, and " + key + " is a server's; leave one of them out");
            }
        } else if (section.value("url").isEmpty()) {
            section.missing("checkpoint", JUDGE_WORDS);
        }
        if (section.value("url").isPresent() && section.value("model").isEmpty()) {
            section.missing("model", "the model's name at the server");
        }
        if (section.value("prompts").isEmpty()) {
            section.missing("prompts", "the data set of documents with the judge's prompts");
        }
        return prompts.filter(_ -> checkpoint.isPresent() || remote.isPresent())
                .map(name -> new JudgeDraft(checkpoint, remote, name, references));
    }

    /** A server as url, model and secret say. */
    private static Optional<RemoteModel> server(Section section) {
        Optional<String> url = section.text("url", URL, "an http or https address such as https://host/v1");
        Optional<String> model = section.text("model", PRINTABLE, "the model's name at the server");
        Optional<String> secret =
                section.text("secret", SECRET, "the name of a secret of the evaluator, never the key itself");
        return url.flatMap(address -> model.map(name -> new RemoteModel(address, name, secret)));
    }

    private static Optional<RemoteModel> remote(Section section) {
        Optional<RemoteModel> remote = server(section);
        section.close();
        if (!section.given()) {
            return Optional.empty();
        }
        if (section.value("url").isEmpty()) {
            section.missing("url", "an http or https address such as https://host/v1");
        }
        if (section.value("model").isEmpty()) {
            section.missing("model", "the model's name at the server");
        }
        return remote;
    }
}
