package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.engine.data.ConversationReader;
import io.finemesh.engine.data.DatasetException;
import io.finemesh.engine.data.EncodedSamples;
import io.finemesh.engine.data.PackedBatch;
import io.finemesh.engine.data.SampleEncoder;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.loss.EvaluationReport;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Generation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.PromptTemplate;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.TokenizerException;
import io.finemesh.engine.text.Turn;
import io.finemesh.evaluator.report.ScoreSheet;
import io.finemesh.evaluator.score.Figure;
import io.finemesh.evaluator.score.FinalNumber;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures one loaded checkpoint on one data set, task by task. Runs on the compute thread. */
final class Evaluation {
    private final LoadedModel model;
    private final EvaluateCheckpoint command;
    private final int generationBatch;
    private final int tokensPerRow;

    Evaluation(LoadedModel model, EvaluateCheckpoint command, int generationBatch, int tokensPerRow) {
        this.model = model;
        this.command = command;
        this.generationBatch = generationBatch;
        this.tokensPerRow = tokensPerRow;
    }

    /** Scores of every task of the command, in its order. */
    List<TaskScore> run(Path dataset) throws EvaluationException {
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
                    FailureCode.DATASET_NOT_USABLE,
                    "data set " + command.dataset().version() + ": " + refused.getMessage(),
                    refused);
        } catch (IllegalArgumentException | ArithmeticException | TokenizerException refused) {
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

    private Figure loss(List<Conversation> conversations) {
        int cutoff = command.specification().batch().cutoffTokens();
        EncodedSamples samples =
                new SampleEncoder(model.tokenizer(), template(), cutoff).encodeAll(conversations.iterator());
        PackedBatch packed = PackedBatch.of(samples.samples(), Math.max(cutoff, tokensPerRow));
        EvaluationReport report = new EvaluationPass(model.decoder()).run(packed.rows());
        return Figure.loss(
                report.samples().stream()
                        .mapToDouble(EvaluationReport.Sample::negativeLogLikelihood)
                        .toArray(),
                report.samples().stream()
                        .mapToLong(EvaluationReport.Sample::labelledTokens)
                        .toArray());
    }

    private Figure exactMatch(List<Conversation> conversations, int maxNewTokens) {
        PromptEncoder prompts = new PromptEncoder(model.tokenizer(), template());
        List<int[]> questions = new ArrayList<>();
        List<String> references = new ArrayList<>();
        for (Conversation conversation : conversations) {
            Turn last = conversation.turns().getLast();
            if (last.role() == Role.ASSISTANT) {
                questions.add(prompts.prompt(new Conversation(
                        conversation.turns().subList(0, conversation.turns().size() - 1))));
                references.add(last.content());
            }
        }
        if (questions.isEmpty()) {
            throw new IllegalArgumentException(
                    "no conversation ends with the assistant, so there is no reference answer");
        }
        List<Generation> answers = new Generator(model.decoder())
                .generate(questions, new GenerationLimits(maxNewTokens, prompts.stopTokens(), generationBatch));
        long right = 0;
        for (int index = 0; index < answers.size(); index++) {
            String answer = model.tokenizer().decode(answers.get(index).tokens());
            right += FinalNumber.matches(answer, references.get(index)) ? 1 : 0;
        }
        return Figure.fraction(right, questions.size());
    }

    private PromptTemplate template() {
        return switch (command.specification().template()) {
            case PLAIN -> PromptTemplate.PLAIN;
            case ALPACA -> PromptTemplate.ALPACA;
            case CHATML -> PromptTemplate.CHATML;
        };
    }
}
