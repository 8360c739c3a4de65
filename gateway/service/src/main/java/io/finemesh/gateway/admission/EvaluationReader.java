package io.finemesh.gateway.admission;

import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
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

    static final String CHECKPOINT_WORDS = "a checkpoint id, a model name, or an alias such as my-model@champion";

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
        Optional<String> dataset = top.dataset(
                "dataset", SpecificationReader.EVALUATION_DATASET, SpecificationReader.EVALUATION_DATASET_WORDS);
        TaskReader.Asked asked = new TaskReader(problems).read(top);
        PromptTemplate template = top.choice("template", PromptTemplate.class).orElse(Defaults.TEMPLATE);
        Precision precision = top.choice("precision", Precision.class).orElse(Defaults.PRECISION);
        int cutoff = top.integer("cutoff_len", 2, 1 << 24).orElse(Defaults.CUTOFF_TOKENS);
        Optional<RemoteModel> remote = JudgeReader.remote(top.section("remote"));
        String weighed = asked.weighed();
        if (!weighed.isEmpty()) {
            top.contradiction(
                    "remote",
                    "nothing beside " + weighed,
                    "remote writes texts and gives no likelihoods, which " + weighed
                            + " needs; leave it out, or evaluate without that task");
        }
        top.close();
        if (top.given() && top.value("dataset").isEmpty() && asked.needsData()) {
            top.missing("dataset", SpecificationReader.DATASET_WORDS + ", or a dataset for each task");
        }
        return problems.none() && checkpoint.isPresent()
                ? new Verdict.Readable(new EvaluationDraft(
                        checkpoint.get(),
                        dataset,
                        asked.tasks(),
                        new EvaluationSettings(template, precision, cutoff, Optional.empty(), remote),
                        asked.against(),
                        asked.judge()))
                : new Verdict.Refused(problems.list());
    }
}
