package io.finemesh.evaluator.task;

import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.score.mtbench.Category;
import io.finemesh.score.mtbench.JudgePrompt;
import io.finemesh.score.mtbench.ModelAnswer;
import io.finemesh.score.mtbench.Question;
import io.finemesh.score.records.RowProblem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** MT-bench over its files: questions, judge's prompts and reference answers, each uploaded as documents. What FastChat would stop with an error at is refused here before anything is asked. */
public final class OpenQuestions {
    private static final int NAMED_PROBLEMS = 3;

    private OpenQuestions() {}

    /**
     * The questions and what rating them takes.
     *
     * @throws TaskRefusedException if there is no question, or one that needs a reference answer or a prompt that is not there, or a prompt that cannot be filled or asks for something else than a rating
     */
    public static Measurement.Open measure(
            TaskSpecification task,
            byte[] questions,
            byte[] prompts,
            Optional<byte[]> references,
            JudgeSettings judge) {
        List<RowProblem> problems = new ArrayList<>();
        List<Question> all = Question.read(questions, problems::add);
        if (all.isEmpty()) {
            throw refused(FailureCode.DATASET_NOT_USABLE, "none of the rows is a question: " + named(problems));
        }
        List<RowProblem> ofPrompts = new ArrayList<>();
        Map<String, JudgePrompt> known = JudgePrompt.read(prompts, ofPrompts::add);
        Map<Long, ModelAnswer> answers =
                references.map(file -> ModelAnswer.read(file, problems::add)).orElse(Map.of());
        List<Question> asked = task.limit() > 0 ? all.subList(0, Math.min(task.limit(), all.size())) : all;
        Set<String> missing = new LinkedHashSet<>();
        for (Question question : asked) {
            boolean reference = Category.needsReference(question.category());
            for (int turn = 1; turn <= (question.turns().size() == 2 ? 2 : 1); turn++) {
                String prompt = (reference ? "single-math-v1" : "single-v1") + (turn == 1 ? "" : "-multi-turn");
                missing.addAll(lacking(prompt, Optional.ofNullable(known.get(prompt)), fields(turn, reference)));
                ModelAnswer answer = answers.get(question.id());
                if (reference && (answer == null || answer.turn(turn - 1).isEmpty())) {
                    missing.add("the reference answer to turn " + turn + " of question " + question.id() + " ("
                            + question.category() + ")");
                }
            }
        }
        if (!missing.isEmpty()) {
            throw refused(
                    FailureCode.INVALID_SPECIFICATION,
                    "missing: " + String.join(", ", missing.stream().limit(5).toList())
                            + (missing.size() > 5 ? " and " + (missing.size() - 5) + " more" : "")
                            + (ofPrompts.isEmpty() ? "" : "; of the prompts, " + named(ofPrompts)));
        }
        return new Measurement.Open(
                TaskCatalogue.name(task),
                asked,
                all.size(),
                answers,
                known,
                judge,
                task.maxNewTokens() > 0 ? task.maxNewTokens() : Category.LONGEST_ANSWER,
                problems);
    }

    /** What a prompt can name: what {@link Measurement.Open#requests} has values for. */
    private static Set<String> fields(int turn, boolean reference) {
        Set<String> fields = new LinkedHashSet<>(
                turn == 1
                        ? List.of("question", "answer")
                        : List.of("question_1", "answer_1", "question_2", "answer_2"));
        if (reference) {
            fields.add("ref_answer_1");
            if (turn == 2) {
                fields.add("ref_answer_2");
            }
        }
        return fields;
    }

    private static List<String> lacking(String name, Optional<JudgePrompt> prompt, Set<String> fields) {
        if (prompt.isEmpty()) {
            return List.of("the judge's prompt " + name);
        }
        List<String> lacking = new ArrayList<>();
        for (String field : new LinkedHashSet<>(prompt.get().template().fields())) {
            if (!fields.contains(field)) {
                lacking.add("a value for {" + field + "} in the judge's prompt " + name + ", which may name "
                        + String.join(", ", fields));
            }
        }
        if (!prompt.get().outputFormat().equals(JudgePrompt.RATING)) {
            lacking.add("the output format " + JudgePrompt.RATING + " of the judge's prompt " + name + ", which has "
                    + prompt.get().outputFormat());
        }
        return lacking;
    }

    private static String named(List<RowProblem> problems) {
        return String.join(
                "; ",
                problems.stream().limit(NAMED_PROBLEMS).map(RowProblem::text).toList());
    }

    private static TaskRefusedException refused(FailureCode code, String message) {
        return new TaskRefusedException(code, "mt_bench: " + message);
    }
}
