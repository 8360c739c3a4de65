package io.finemesh.score.gsm8k;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.FewShot;
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
import java.util.List;
import java.util.Map;

/**
 * GSM8K, lm-evaluation-harness's tasks {@code gsm8k} 3.0, {@code gsm8k_cot} 3.0, {@code gsm8k_cot_zeroshot} 3.0 and {@code gsm8k_cot_llama} 4.0.
 * Prompts are the reference's byte for byte at a world size of 1. Greedy decoding, one repeat; the longest answer is the caller's, {@link #LONGEST} in the
 * reference's default back end.
 */
public final class Gsm8kTask implements Task {
    /** New tokens that the reference allows where nothing else is said. */
    public static final int LONGEST = 256;

    private static final String BETWEEN_EXAMPLES = "\n\n";
    private static final String NOT_COMPARABLE = "score, not comparable with published ones: ";

    private final Gsm8kVariant variant;
    private final List<Gsm8kDocument> documents;
    private final List<Gsm8kDocument> pool;
    private final int shots;
    private final boolean poolIsEvaluated;
    private final int longest;

    private Gsm8kTask(
            Gsm8kVariant variant,
            List<Gsm8kDocument> documents,
            List<Gsm8kDocument> pool,
            int shots,
            boolean poolIsEvaluated,
            int longest) {
        this.variant = requireNonNull(variant, "variant is null");
        this.documents = List.copyOf(documents);
        this.pool = List.copyOf(pool);
        this.shots = shots;
        this.poolIsEvaluated = poolIsEvaluated;
        this.longest = longest;
    }

    /**
     * The task with its own number of worked examples.
     *
     * @param documents problems to be asked
     * @param pool training problems for {@link Gsm8kVariant#PLAIN}, fixed worked examples for the variants that have them; empty for none
     */
    public static Gsm8kTask of(Gsm8kVariant variant, List<Gsm8kDocument> documents, List<Gsm8kDocument> pool) {
        return new Gsm8kTask(variant, documents, pool, variant.shots(), false, LONGEST);
    }

    /** This task with another number of worked examples; its figures are then not those of the reference task. */
    public Gsm8kTask withShots(int count) {
        return new Gsm8kTask(variant, documents, pool, count, poolIsEvaluated, longest);
    }

    /** This task with worked examples from the problems that are asked, each problem's own left out. */
    public Gsm8kTask drawingFromItself() {
        return new Gsm8kTask(variant, documents, documents, shots, true, longest);
    }

    /** This task with another longest answer. */
    public Gsm8kTask withLongest(int tokens) {
        return new Gsm8kTask(variant, documents, pool, shots, poolIsEvaluated, tokens);
    }

    /** Comparable with published scores only where the problems are the published ones, and so are their worked examples and as many. */
    @Override
    public String standing() {
        if (!Gsm8kDataset.isPublishedTest(documents)) {
            return NOT_COMPARABLE + "the problems are not those of the published test split";
        }
        if (shots != variant.shots()) {
            return NOT_COMPARABLE + "a prompt has " + shots + " worked examples and not " + variant.shots();
        }
        if (variant.drawsExamples() && !Gsm8kDataset.isPublishedTrain(pool)) {
            return NOT_COMPARABLE + "worked examples are not drawn from the published training split";
        }
        // Nothing here tells whether fixed worked examples are the published ones.
        return shots > 0 && !variant.drawsExamples()
                ? "score"
                : "score, comparable with published ones of the same settings";
    }

    @Override
    public String name() {
        return variant.task();
    }

    @Override
    public double version() {
        return variant.version();
    }

    @Override
    public int shots() {
        return shots;
    }

    @Override
    public int size() {
        return documents.size();
    }

    @Override
    public List<Example> examples(SampleLimit limit) {
        List<Gsm8kDocument> asked = documents.subList(0, limit.outOf(documents.size()));
        if (asked.isEmpty()) {
            throw new TaskException(TaskException.Reason.NO_DOCUMENTS, name() + " has no problem to ask");
        }
        List<List<Gsm8kDocument>> choices = variant.drawsExamples()
                ? FewShot.sampled(pool, shots, asked, poolIsEvaluated, FewShot.DEFAULT_SEED)
                : null;
        List<Gsm8kDocument> fixed = choices == null ? FewShot.first(pool, shots) : List.of();
        List<Example> examples = new ArrayList<>(asked.size());
        for (int id = 0; id < asked.size(); id++) {
            Gsm8kDocument document = asked.get(id);
            Prompt prompt = prompt(choices == null ? fixed : choices.get(id), document);
            examples.add(new Example(
                    id,
                    document.source(),
                    new Request.Generation(prompt, variant.stops(), longest, 0, 1),
                    variant.target(document.answer())));
        }
        return examples;
    }

    private Prompt prompt(List<Gsm8kDocument> worked, Gsm8kDocument asked) {
        List<Turn> turns = new ArrayList<>(2 * worked.size() + 1);
        for (Gsm8kDocument example : worked) {
            turns.add(new Turn(Speaker.USER, variant.asked(example.question()), variant.targetDelimiter()));
            turns.add(new Turn(Speaker.ASSISTANT, example.answer(), BETWEEN_EXAMPLES));
        }
        turns.add(new Turn(Speaker.USER, variant.asked(asked.question()), ""));
        return new Prompt(turns);
    }

    @Override
    public List<Verdict> judge(Example example, Response response) {
        if (!(response instanceof Response.Generated generated)) {
            throw new TaskException(
                    TaskException.Reason.WRONG_RESPONSE,
                    name() + " reads texts; problem " + example.id() + " was given likelihoods");
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (RegexFilter filter : variant.filters()) {
            String read = filter.read(generated.repeats().getFirst());
            double match = FinalAnswer.matches(read, example.target()) ? 1 : 0;
            verdicts.add(new Verdict(filter.name(), read, Map.of("exact_match", match)));
        }
        return verdicts;
    }

    @Override
    public ObjectNode configuration() {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        configuration.put("task", name());
        configuration.put("dataset_path", "openai/gsm8k").put("dataset_name", "main");
        if (variant.drawsExamples()) {
            configuration.put("training_split", "train").put("fewshot_split", poolIsEvaluated ? "test" : "train");
        }
        configuration.put("test_split", "test");
        configuration.put("doc_to_text", variant.questionTemplate()).put("doc_to_target", variant.targetTemplate());
        configuration.put("description", "").put("target_delimiter", variant.targetDelimiter());
        configuration.put("fewshot_delimiter", BETWEEN_EXAMPLES).put("num_fewshot", shots);
        if (!variant.drawsExamples() && shots > 0) {
            configuration.putObject("fewshot_config").put("sampler", "first_n");
        }
        ObjectNode metric = configuration.putArray("metric_list").addObject();
        metric.put("metric", "exact_match").put("aggregation", "mean").put("higher_is_better", true);
        metric.put("ignore_case", true).put("ignore_punctuation", false);
        metric.putArray("regexes_to_ignore")
                .add(",")
                .add("\\$")
                .add("(?s).*#### ")
                .add("\\.$");
        configuration.put("output_type", "generate_until");
        ObjectNode generation = configuration.putObject("generation_kwargs");
        variant.stops().forEach(generation.putArray("until")::add);
        generation.put("do_sample", false).put("temperature", 0.0);
        configuration.put("repeats", 1);
        for (RegexFilter filter : variant.filters()) {
            ObjectNode entry =
                    configuration.withArray("filter_list").addObject().put("name", filter.name());
            ObjectNode regex = entry.putArray("filter").addObject().put("function", "regex");
            if (filter.last()) {
                regex.put("group_select", -1);
            }
            regex.put("regex_pattern", filter.pattern().pattern());
            entry.withArray("filter").addObject().put("function", "take_first");
        }
        configuration.put("should_decontaminate", false).putObject("metadata").put("version", version());
        return configuration;
    }
}
