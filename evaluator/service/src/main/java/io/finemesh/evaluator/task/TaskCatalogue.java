package io.finemesh.evaluator.task;

import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.engine.data.ConversationReader;
import io.finemesh.engine.text.Conversation;
import io.finemesh.score.choice.ChoiceDocument;
import io.finemesh.score.choice.ChoiceReader;
import io.finemesh.score.choice.ChoiceTask;
import io.finemesh.score.choice.RecordTask;
import io.finemesh.score.choice.SuperGlue;
import io.finemesh.score.custom.OwnTask;
import io.finemesh.score.custom.TaskDefinition;
import io.finemesh.score.custom.TaskFile;
import io.finemesh.score.custom.WordProblems;
import io.finemesh.score.gsm8k.Gsm8kDataset;
import io.finemesh.score.gsm8k.Gsm8kTask;
import io.finemesh.score.gsm8k.Gsm8kVariant;
import io.finemesh.score.math.MathTask;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskException;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes what is asked of what a task is called. Every row that cannot be used is left out and named; a data set without a usable row is refused with the first of them. */
public final class TaskCatalogue {
    private static final int NAMED_PROBLEMS = 3;

    /** The task of SuperGLUE that is no classification. */
    private static final String RECORD = "record";

    private TaskCatalogue() {}

    /**
     * A task over its data.
     *
     * @param rows the task's data, one JSON object a line
     * @param examples data that worked examples come from
     * @throws TaskRefusedException when there is nothing to ask, or the options contradict the task
     * @throws io.finemesh.engine.data.DatasetException when rows that should be conversations are none
     */
    public static Measurement measure(TaskSpecification specification, byte[] rows, Optional<byte[]> examples) {
        try {
            return switch (specification.task()) {
                case HELD_OUT_LOSS -> losses(specification, conversations(rows));
                case EXACT_MATCH -> {
                    ConversationMatch match =
                            ConversationMatch.of(conversations(rows), Math.max(1, specification.maxNewTokens()));
                    yield questions(specification, match, true, match.asked(), List.of());
                }
                case GSM8K,
                        GSM8K_COT,
                        GSM8K_COT_ZEROSHOT,
                        GSM8K_COT_LLAMA,
                        AQUA,
                        SAT_MATH,
                        MMLU,
                        HENDRYCKS_MATH,
                        SVAMP,
                        NUMGLUE,
                        SUPERGLUE,
                        OWN -> {
                    TaskOptions options = options(specification);
                    List<RowProblem> problems = new ArrayList<>();
                    Task task = published(specification, options, rows, examples, problems);
                    yield questions(specification, task, options.chat(), List.of(), problems);
                }
                case MT_BENCH, MT_BENCH_PAIRWISE, UPDATE_REPORT ->
                    throw new IllegalArgumentException(specification.task() + " takes more than one data set");
            };
        } catch (TaskException refused) {
            throw new TaskRefusedException(
                    switch (refused.reason()) {
                        case NO_DOCUMENTS -> FailureCode.DATASET_NOT_USABLE;
                        case NOT_ENOUGH_SHOTS, BAD_LIMIT, CONTEXT_TOO_SHORT, UNBOUNDED_PATTERN ->
                            FailureCode.INVALID_SPECIFICATION;
                        case WRONG_RESPONSE -> FailureCode.INTERNAL;
                    },
                    name(specification) + ": " + refused.getMessage());
        }
    }

    /** Name that a task's figures are filed under. */
    public static String name(TaskSpecification specification) {
        return specification.name();
    }

    private static TaskOptions options(TaskSpecification specification) {
        return specification.options().orElse(TaskOptions.NONE);
    }

    private static Measurement losses(TaskSpecification specification, List<Conversation> all) {
        int asked = specification.limit() > 0 ? Math.min(specification.limit(), all.size()) : all.size();
        if (asked == 0) {
            throw new TaskException(TaskException.Reason.NO_DOCUMENTS, "the data set has no conversation");
        }
        return new Measurement.Losses(name(specification), all.subList(0, asked), all.size());
    }

    private static Measurement questions(
            TaskSpecification specification,
            Task task,
            boolean chat,
            List<Conversation> conversations,
            List<RowProblem> leftOut) {
        SampleLimit limit = specification.limit() > 0 ? SampleLimit.of(specification.limit()) : SampleLimit.none();
        String name = specification.task() == EvaluationTask.OWN ? task.name() : name(specification);
        List<io.finemesh.score.task.Example> asked = task.examples(limit);
        int longest = specification.maxNewTokens();
        for (io.finemesh.score.task.Example example : asked) {
            if (example.request() instanceof Request.Generation generation && specification.maxNewTokens() == 0) {
                longest = Math.max(longest, generation.longest());
            }
        }
        return new Measurement.Questions(
                name,
                task,
                asked,
                chat,
                Math.max(1, longest),
                conversations.subList(0, Math.min(asked.size(), conversations.size())),
                leftOut);
    }

    private static Task published(
            TaskSpecification specification,
            TaskOptions options,
            byte[] rows,
            Optional<byte[]> examples,
            List<RowProblem> problems) {
        EvaluationTask kind = specification.task();
        byte[] documents = TaskRows.documents(rows, kind);
        Optional<byte[]> pool = examples.map(file -> TaskRows.documents(file, kind));
        Task task =
                switch (kind) {
                    case GSM8K -> gsm8k(Gsm8kVariant.PLAIN, options, documents, pool, problems);
                    case GSM8K_COT -> gsm8k(Gsm8kVariant.COT, options, documents, pool, problems);
                    case GSM8K_COT_ZEROSHOT -> gsm8k(Gsm8kVariant.COT_ZEROSHOT, options, documents, pool, problems);
                    case GSM8K_COT_LLAMA -> gsm8k(Gsm8kVariant.COT_LLAMA, options, documents, pool, problems);
                    case AQUA, SAT_MATH ->
                        ChoiceTask.of(name(specification), new ChoiceReader(problems::add).agieval(documents));
                    case MMLU -> mmlu(options, documents, pool, problems);
                    case HENDRYCKS_MATH -> MathTask.read(documents, problems::add);
                    case SVAMP -> OwnTask.of(WordProblems.svamp(), documents, problems::add);
                    case NUMGLUE -> OwnTask.of(WordProblems.numGlue(), documents, problems::add);
                    case SUPERGLUE ->
                        options.subject().filter(RECORD::equals).isPresent()
                                ? RecordTask.read(documents, problems::add)
                                : superGlue(options).read(documents, problems::add);
                    case OWN -> OwnTask.of(definition(options), documents, problems::add);
                    case HELD_OUT_LOSS, EXACT_MATCH, MT_BENCH, MT_BENCH_PAIRWISE, UPDATE_REPORT ->
                        throw new IllegalArgumentException(kind + " is not asked of documents");
                };
        if (task.size() == 0) {
            throw new TaskException(
                    TaskException.Reason.NO_DOCUMENTS,
                    "none of the rows can be asked: "
                            + String.join(
                                    "; ",
                                    problems.stream()
                                            .limit(NAMED_PROBLEMS)
                                            .map(RowProblem::text)
                                            .toList()));
        }
        return task;
    }

    private static Task gsm8k(
            Gsm8kVariant variant,
            TaskOptions options,
            byte[] documents,
            Optional<byte[]> pool,
            List<RowProblem> problems) {
        Gsm8kDataset asked = Gsm8kDataset.read(documents);
        problems.addAll(asked.problems());
        boolean fixed = !variant.drawsExamples();
        Gsm8kTask task = Gsm8kTask.of(
                variant,
                asked.documents(),
                pool.map(file -> fixed ? Gsm8kDataset.readExamples(file) : Gsm8kDataset.read(file))
                        .map(Gsm8kDataset::documents)
                        .orElse(List.of()));
        if (pool.isEmpty() && variant.drawsExamples()) {
            task = task.drawingFromItself();
        }
        return options.shots().isPresent() ? task.withShots(options.shots().getAsInt()) : task;
    }

    private static Task mmlu(
            TaskOptions options, byte[] documents, Optional<byte[]> development, List<RowProblem> problems) {
        String subject =
                options.subject().orElseThrow(() -> invalid("mmlu needs a subject, such as college_mathematics"));
        byte[] worked = development.orElseThrow(
                () -> invalid("mmlu needs examples: the data set with the subject's development split"));
        ChoiceReader reader = new ChoiceReader(problems::add);
        List<ChoiceDocument> asked = reader.mmlu(documents);
        return ChoiceTask.mmlu(subject, asked, reader.mmlu(worked));
    }

    private static SuperGlue superGlue(TaskOptions options) {
        return options.subject()
                .flatMap(SuperGlue::named)
                .orElseThrow(() -> invalid("superglue needs a subject: " + SuperGlue.allowed() + ", " + RECORD));
    }

    private static TaskDefinition definition(TaskOptions options) {
        String yaml = options.definition()
                .orElseThrow(() -> invalid("a task of your own needs its definition, the text of a task file"));
        TaskFile file = TaskFile.read(yaml);
        return file.definition()
                .orElseThrow(() -> invalid("the task file cannot be used: "
                        + String.join(
                                "; ",
                                file.faults().stream()
                                        .map(fault ->
                                                (fault.key().isEmpty() ? "" : fault.key() + " ") + fault.message())
                                        .toList())));
    }

    private static TaskRefusedException invalid(String message) {
        return new TaskRefusedException(FailureCode.INVALID_SPECIFICATION, message);
    }

    private static List<Conversation> conversations(byte[] rows) {
        List<Conversation> conversations = new ArrayList<>();
        try (ConversationReader reader = new ConversationReader(new ByteArrayInputStream(rows))) {
            reader.forEachRemaining(conversations::add);
        }
        return conversations;
    }
}
