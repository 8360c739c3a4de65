package io.finemesh.evaluator.task;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.change.TensorPairs;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.engine.text.Conversation;
import io.finemesh.score.mtbench.JudgePrompt;
import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.Judgment;
import io.finemesh.score.mtbench.Matches;
import io.finemesh.score.mtbench.ModelAnswer;
import io.finemesh.score.mtbench.Question;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One task over its data, ready to be asked: questions from 0 on, in the order of the data set. */
public sealed interface Measurement {
    /** Name that figures are filed under. */
    String name();

    /** Questions that are asked. */
    int size();

    /** Questions that there are; more than are asked when a limit leaves some out. */
    int available();

    /** Whether a limit leaves questions out, so that figures are no score. */
    default boolean limited() {
        return size() < available();
    }

    /**
     * Questions whose answers are judged one by one.
     *
     * @param name name that figures are filed under
     * @param task judges answers
     * @param examples the questions
     * @param chat whether prompts are rendered by the template; otherwise they are plain text
     * @param longest most new tokens of an answer
     * @param conversations what is asked where a task asks conversations as they are, one for each example; empty for published tasks
     * @param leftOut rows of the data that cannot be asked
     */
    record Questions(
            String name,
            Task task,
            List<Example> examples,
            boolean chat,
            int longest,
            List<Conversation> conversations,
            List<RowProblem> leftOut)
            implements Measurement {
        public Questions {
            requireNonNull(name, "name is null");
            requireNonNull(task, "task is null");
            examples = List.copyOf(examples);
            conversations = List.copyOf(conversations);
            leftOut = List.copyOf(leftOut);
        }

        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public int available() {
            return task.size();
        }
    }

    /**
     * Conversations whose likelihood is taken.
     *
     * @param name name that figures are filed under
     * @param conversations those that are measured
     * @param available those that there are
     */
    record Losses(String name, List<Conversation> conversations, int available) implements Measurement {
        public Losses {
            requireNonNull(name, "name is null");
            conversations = List.copyOf(conversations);
        }

        @Override
        public int size() {
            return conversations.size();
        }
    }

    /**
     * Open questions whose answers a judge rates.
     *
     * @param name name that figures are filed under
     * @param questions those that are asked
     * @param available those that there are
     * @param references reference answers by question
     * @param prompts the judge's prompts by name
     * @param judge who rates
     * @param recorded judgments that are said again, where that is what the judge does
     * @param opponent whose answers these are compared with; empty where answers are rated one by one
     * @param longest most new tokens of an answer
     * @param leftOut rows that cannot be used
     */
    record Open(
            String name,
            List<Question> questions,
            int available,
            Map<Long, ModelAnswer> references,
            Map<String, JudgePrompt> prompts,
            JudgeSettings judge,
            List<Judgment> recorded,
            Optional<Opponent> opponent,
            int longest,
            List<RowProblem> leftOut)
            implements Measurement {
        public Open {
            requireNonNull(name, "name is null");
            questions = List.copyOf(questions);
            references = Map.copyOf(references);
            prompts = Map.copyOf(prompts);
            requireNonNull(judge, "judge is null");
            recorded = List.copyOf(recorded);
            leftOut = List.copyOf(leftOut);
        }

        @Override
        public int size() {
            return questions.size();
        }

        /** What the judge is asked of some answers by question, in FastChat's order. */
        public List<JudgeRequest> requests(String model, List<Question> some, Map<Long, ModelAnswer> answers) {
            return new Matches(some, Map.of(model, answers), references, prompts, _ -> {}).single(List.of(model));
        }

        /** What the judge is asked of pairs of answers by question, in FastChat's order: each pair as it is, and behind it with the answers exchanged. */
        public List<JudgeRequest> pairs(
                String model,
                String against,
                List<Question> some,
                Map<Long, ModelAnswer> answers,
                Map<Long, ModelAnswer> others) {
            return new Matches(some, Map.of(model, answers, against, others), references, prompts, _ -> {})
                    .againstBaseline(List.of(model), against);
        }

        /** Requests to the judge that a question of two turns takes. */
        public int requestsEach() {
            return opponent.isPresent() ? 4 : 2;
        }
    }

    /**
     * A checkpoint whose answers others are compared with.
     *
     * @param checkpoint which
     * @param weightsDigest digest of its weights
     * @param tokenizerDigest digest of what turns its texts into tokens
     */
    record Opponent(CheckpointId checkpoint, String weightsDigest, String tokenizerDigest) {
        public Opponent {
            requireNonNull(checkpoint, "checkpoint is null");
            requireNonNull(weightsDigest, "weightsDigest is null");
            requireNonNull(tokenizerDigest, "tokenizerDigest is null");
        }
    }

    /**
     * Tensors whose change is measured; nothing is asked of the model.
     *
     * @param name name that figures are filed under
     * @param base before the update
     * @param checkpoint after it
     * @param pairings each tensor that either has
     */
    record Changes(String name, Manifest base, Manifest checkpoint, List<TensorPairs.Pairing> pairings)
            implements Measurement {
        public Changes {
            requireNonNull(name, "name is null");
            requireNonNull(base, "base is null");
            requireNonNull(checkpoint, "checkpoint is null");
            pairings = List.copyOf(pairings);
        }

        @Override
        public int size() {
            return pairings.size();
        }

        @Override
        public int available() {
            return pairings.size();
        }
    }
}
