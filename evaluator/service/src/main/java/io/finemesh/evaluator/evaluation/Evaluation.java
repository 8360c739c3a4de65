package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.engine.data.ConversationReader;
import io.finemesh.engine.data.DatasetException;
import io.finemesh.engine.data.EncodedSamples;
import io.finemesh.engine.data.LongSamples;
import io.finemesh.engine.data.PackedBatch;
import io.finemesh.engine.data.SampleEncoder;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.loss.EvaluationReport;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Generation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.Turn;
import io.finemesh.evaluator.report.ScoreSheet;
import io.finemesh.evaluator.score.Figure;
import io.finemesh.evaluator.score.FinalNumber;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures one loaded checkpoint on one data set, task by task. Runs on the compute thread. */
final class Evaluation {
    /** Several, because the generator sorts what it is given by length. */
    private static final int BATCHES_BETWEEN_CHECKS = 4;

    private final LoadedModel model;
    private final EvaluateCheckpoint command;
    private final int generationBatch;
    private final int tokensPerRow;
    private final Interruption interruption;

    /** Asked again and again between pieces of work. */
    @FunctionalInterface
    interface Interruption {
        /** Returns if the work is still wanted. */
        void check() throws EvaluationException, InterruptedException;
    }

    Evaluation(
            LoadedModel model,
            EvaluateCheckpoint command,
            int generationBatch,
            int tokensPerRow,
            Interruption interruption) {
        this.model = model;
        this.command = command;
        this.generationBatch = generationBatch;
        this.tokensPerRow = tokensPerRow;
        this.interruption = interruption;
    }

    /**
     * Scores of every task of the command, in its order.
     *
     * @param dataset normalised rows, one JSON object a line
     * @throws EvaluationException if there is no score, or nobody wants it any more
     * @throws InterruptedException if the thread is to stop
     */
    List<TaskScore> run(Path dataset) throws EvaluationException, InterruptedException {
        try {
            List<Conversation> conversations = read(dataset);
            ScoreSheet sheet = new ScoreSheet();
            for (TaskSpecification task : command.tasks()) {
                boolean limited = task.limit() > 0 && task.limit() < conversations.size();
                List<Conversation> samples = limited ? conversations.subList(0, task.limit()) : conversations;
                switch (task.task()) {
                    case HELD_OUT_LOSS -> {
                        Figure loss = loss(samples);
                        sheet.add(task.task(), "loss", loss, limited);
                        sheet.add(task.task(), "perplexity", Figure.perplexity(loss), limited);
                    }
                    case EXACT_MATCH ->
                        sheet.add(task.task(), "exact_match", exactMatch(samples, task.maxNewTokens()), limited);
                }
            }
            return sheet.scores();
        } catch (DatasetException refused) {
            throw new EvaluationException(
                    EvaluationFailures.of(refused).code(),
                    "data set " + command.dataset().version() + ": " + refused.getMessage(),
                    refused);
        } catch (IllegalArgumentException | ArithmeticException refused) {
            throw new EvaluationException(FailureCode.MODEL_NOT_USABLE, refused.getMessage(), refused);
        }
    }

    private static List<Conversation> read(Path dataset) {
        List<Conversation> conversations = new ArrayList<>();
        try (ConversationReader reader = ConversationReader.open(dataset)) {
            reader.forEachRemaining(conversations::add);
        }
        return conversations;
    }

    private Figure loss(List<Conversation> conversations) throws EvaluationException, InterruptedException {
        BatchSpecification batch = command.specification().batch();
        int cutoff = batch.cutoffTokens();
        LongSamples longSamples = batch.longSamples()
                .map(rule -> switch (rule) {
                    case TRUNCATE -> LongSamples.TRUNCATE;
                    case SHARE -> LongSamples.SHARE;
                    case DROP -> LongSamples.DROP;
                })
                .orElse(LongSamples.TRUNCATE);
        EncodedSamples samples =
                new SampleEncoder(model.prompts(), cutoff, longSamples).encodeAll(conversations.iterator());
        PackedBatch packed = PackedBatch.of(samples.samples(), Math.max(cutoff, tokensPerRow));
        EvaluationPass pass = new EvaluationPass(model.decoder());
        List<EvaluationReport.Sample> scored = new ArrayList<>();
        for (PackedRow row : packed.rows()) {
            interruption.check();
            scored.addAll(pass.run(List.of(row)).samples());
        }
        return Figure.loss(
                scored.stream()
                        .mapToDouble(EvaluationReport.Sample::negativeLogLikelihood)
                        .toArray(),
                scored.stream()
                        .mapToLong(EvaluationReport.Sample::labelledTokens)
                        .toArray());
    }

    private Figure exactMatch(List<Conversation> conversations, int maxNewTokens)
            throws EvaluationException, InterruptedException {
        PromptEncoder prompts = model.prompts();
        List<int[]> questions = new ArrayList<>();
        List<String> references = new ArrayList<>();
        for (Conversation conversation : conversations) {
            Turn last = conversation.turns().getLast();
            if (last.role() == Role.ASSISTANT) {
                questions.add(prompts.prompt(new Conversation(
                        conversation.turns().subList(0, conversation.turns().size() - 1), conversation.tools())));
                references.add(last.content());
            }
        }
        if (questions.isEmpty()) {
            throw new IllegalArgumentException(
                    "no conversation ends with the assistant, so there is no reference answer");
        }
        Generator generator = new Generator(model.decoder());
        GenerationLimits limits = new GenerationLimits(maxNewTokens, prompts.stopTokens(), generationBatch);
        long right = 0;
        int piece = BATCHES_BETWEEN_CHECKS * generationBatch;
        for (int from = 0; from < questions.size(); from += piece) {
            interruption.check();
            int to = Math.min(from + piece, questions.size());
            List<Generation> answers = generator.generate(questions.subList(from, to), limits);
            for (int index = 0; index < answers.size(); index++) {
                String answer = model.tokenizer().decode(answers.get(index).tokens());
                right += FinalNumber.matches(answer, references.get(from + index)) ? 1 : 0;
            }
        }
        return Figure.fraction(right, questions.size());
    }
}
