package io.finemesh.score.harness;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.figure.Figure;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.python.PythonText;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.task.FewShot;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskScore;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The figures of a run, {@code results_TIME.json}, with the keys that readers of lm-evaluation-harness's files look for. What the reference cannot know is
 * ours, under {@code finemesh}: provenance, whether the run was limited, and {@code complete}, written last, so that a torn file is seen to be one.
 */
public final class ResultsFile {
    /** The release whose rules and layout these are. */
    public static final String HARNESS_VERSION = "0.4.13.dev0";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSSSSS");

    private static final int NAMED_ROWS = 10;

    private ResultsFile() {}

    /**
     * A task with what came of it.
     *
     * @param task the task
     * @param score its figures
     * @param samples its records
     * @param leftOut rows of its data that could not be asked
     */
    public record Entry(Task task, TaskScore score, SamplesFile samples, List<RowProblem> leftOut) {
        public Entry {
            leftOut = List.copyOf(leftOut);
        }

        /** A task all of whose rows could be asked. */
        public Entry(Task task, TaskScore score, SamplesFile samples) {
            this(task, score, samples, List.of());
        }
    }

    /** Folder of a model's result files below the output folder. */
    public static String folder(String model) {
        return model.replaceAll("[\"<>:/|\\\\?*\\[\\]]+", "__");
    }

    /** Name of the results file; colons of the time are hyphens. */
    public static String name(LocalDateTime time) {
        return "results_" + TIME.format(time) + ".json";
    }

    /** Name of a task's records. */
    public static String samplesName(String task, LocalDateTime time) {
        return "samples_" + task + "_" + TIME.format(time) + ".jsonl";
    }

    /** The file's content: indented by 2, characters beyond ASCII kept. */
    public static String text(List<Entry> entries, RunFacts facts) {
        return PythonJson.indented(document(entries, facts), 2, false);
    }

    static ObjectNode document(List<Entry> entries, RunFacts facts) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ObjectNode results = document.putObject("results");
        entries.forEach(
                entry -> results.set(entry.task().name(), figures(entry.task().name(), entry.score())));
        ObjectNode subtasks = document.putObject("group_subtasks");
        entries.forEach(entry -> subtasks.putArray(entry.task().name()));
        TreeMap<String, Entry> byName = new TreeMap<>();
        entries.forEach(entry -> byName.put(entry.task().name(), entry));
        ObjectNode configurations = document.putObject("configs");
        byName.forEach((name, entry) -> configurations.set(name, entry.task().configuration()));
        ObjectNode versions = document.putObject("versions");
        byName.forEach((name, entry) -> versions.put(name, entry.task().version()));
        ObjectNode shots = document.putObject("n-shot");
        byName.forEach((name, entry) -> shots.put(name, entry.task().shots()));
        ObjectNode higher = document.putObject("higher_is_better");
        byName.forEach((name, entry) -> metrics(entry.score())
                .forEach(metric -> higher.withObjectProperty(name).put(metric, true)));
        ObjectNode counts = document.putObject("n-samples");
        entries.forEach(entry -> counts.putObject(entry.task().name())
                .put("original", entry.score().documents())
                .put("effective", entry.score().evaluated()));
        document.set("config", configuration(facts));
        document.put("git_hash", facts.provenance().revision());
        document.put("date", facts.started().getEpochSecond() + facts.started().getNano() / 1e9);
        document.put("pretty_env_info", facts.provenance().kernel());
        document.putNull("transformers_version");
        document.put("lm_eval_version", HARNESS_VERSION);
        document.putNull("upper_git_hash");
        tokenizer(document, facts.tokenizer());
        ObjectNode hashes = document.putObject("task_hashes");
        entries.forEach(entry -> hashes.put(entry.task().name(), entry.samples().taskHash()));
        model(document, facts);
        document.put("total_evaluation_time_seconds", PythonText.repr(facts.seconds()));
        ours(document.putObject("finemesh"), entries, facts);
        return document;
    }

    /** The entry of one task below {@code results}: each figure and its error, {@code N/A} where there is none. */
    public static ObjectNode figures(String name, TaskScore score) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("name", name).put("alias", name).put("sample_len", score.evaluated());
        score.figures().forEach((key, figure) -> put(entry, key, figure));
        return entry;
    }

    /** Puts a figure under {@code metric,filter} and its error under {@code metric_stderr,filter}. */
    public static void put(ObjectNode entry, String key, Figure figure) {
        entry.put(key, figure.value());
        int comma = key.indexOf(',');
        String errorKey = key.substring(0, comma) + "_stderr" + key.substring(comma);
        figure.standardError().ifPresentOrElse(error -> entry.put(errorKey, error), () -> entry.put(errorKey, "N/A"));
    }

    private static Set<String> metrics(TaskScore score) {
        Set<String> metrics = new LinkedHashSet<>();
        score.figures().keySet().forEach(key -> metrics.add(key.substring(0, key.indexOf(','))));
        return metrics;
    }

    private static ObjectNode configuration(RunFacts facts) {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        RunFacts.ModelFacts model = facts.model();
        configuration.put("model", model.source()).put("model_args", model.arguments());
        configuration.put("model_num_parameters", model.parameters()).put("model_dtype", model.dtype());
        configuration
                .put("model_revision", model.revision())
                .put("model_sha", facts.provenance().manifestDigest());
        configuration.put("batch_size", facts.batchSize()).putArray("batch_sizes");
        configuration.put("device", facts.device()).putNull("use_cache");
        facts.limit()
                .value()
                .ifPresentOrElse(limit -> configuration.put("limit", limit), () -> configuration.putNull("limit"));
        configuration.put("bootstrap_iters", 100_000);
        configuration.set("gen_kwargs", facts.provenance().generation());
        configuration.put("random_seed", 0).put("numpy_seed", 1234).put("torch_seed", 1234);
        configuration.put("fewshot_seed", FewShot.DEFAULT_SEED);
        return configuration;
    }

    private static void tokenizer(ObjectNode document, RunFacts.TokenizerFacts tokenizer) {
        token(document.putArray("tokenizer_pad_token"), tokenizer.pad());
        token(document.putArray("tokenizer_eos_token"), tokenizer.endOfSequence());
        token(document.putArray("tokenizer_bos_token"), tokenizer.beginOfSequence());
        tokenizer
                .endOfSequence()
                .ifPresentOrElse(
                        token -> document.put("eot_token_id", token.id()), () -> document.putNull("eot_token_id"));
        document.put("max_length", tokenizer.positions());
    }

    private static void token(ArrayNode pair, Optional<RunFacts.SpecialToken> token) {
        token.ifPresentOrElse(known -> pair.add(known.text()).add(Integer.toString(known.id())), () -> pair.addNull()
                .add("None"));
    }

    private static void model(ObjectNode document, RunFacts facts) {
        document.put("model_source", facts.model().source());
        document.put("model_name", facts.model().name());
        document.put("model_name_sanitized", folder(facts.model().name()));
        text(document, "system_instruction", facts.chat().systemInstruction());
        text(
                document,
                "system_instruction_sha",
                facts.chat().systemInstruction().map(SampleHash::sha256));
        document.put("fewshot_as_multiturn", facts.chat().examplesAsTurns());
        text(document, "chat_template", facts.chat().template());
        text(document, "chat_template_sha", facts.chat().template().map(SampleHash::sha256));
    }

    private static void text(ObjectNode document, String key, Optional<String> text) {
        text.ifPresentOrElse(known -> document.put(key, known), () -> document.putNull(key));
    }

    private static void ours(ObjectNode ours, List<Entry> entries, RunFacts facts) {
        RunFacts.Provenance provenance = facts.provenance();
        ours.put("harness_compat", "lm-eval " + HARNESS_VERSION);
        ours.put("manifest_sha256", provenance.manifestDigest());
        ObjectNode datasets = ours.putObject("dataset_sha256");
        new TreeMap<>(provenance.datasetDigests()).forEach(datasets::put);
        ours.put("tokenizer_sha256", provenance.tokenizerDigest());
        ours.put("revision", provenance.revision()).put("kernel", provenance.kernel());
        ours.put("started", facts.started().atOffset(ZoneOffset.UTC).toString());
        List<String> limited = new ArrayList<>();
        ObjectNode labels = ours.putObject("labels");
        for (Entry entry : entries) {
            labels.put(entry.task().name(), entry.score().label());
            if (entry.score().limited()) {
                limited.add(entry.task().name());
            }
        }
        ours.put("limited", !limited.isEmpty());
        ObjectNode leftOut = ours.putObject("left_out_rows");
        for (Entry entry : entries) {
            ObjectNode task = leftOut.putObject(entry.task().name());
            task.put(
                    "rows",
                    entry.leftOut().stream()
                            .mapToInt(RowProblem::line)
                            .distinct()
                            .count());
            ArrayNode first = task.putArray("first");
            entry.leftOut().stream().limit(NAMED_ROWS).map(RowProblem::text).forEach(first::add);
        }
        ours.put("complete", true);
    }
}
