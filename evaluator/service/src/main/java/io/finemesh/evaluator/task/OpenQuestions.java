package io.finemesh.evaluator.task;

import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.score.mtbench.Category;
import io.finemesh.score.mtbench.JudgePrompt;
import io.finemesh.score.mtbench.Judgment;
import io.finemesh.score.mtbench.JudgmentFile;
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
    /** Forms of a judge's choice between two answers. */
    private static final List<String> CHOICES = List.of(JudgePrompt.LETTER, JudgePrompt.TWO_RATINGS);

    private OpenQuestions() {}

    /**
     * The questions and what rating them takes.
     *
     * @param judgments that are said again, where that is what the judge does
     * @param opponent whose answers they are compared with; empty where they are rated one by one
     * @throws TaskRefusedException if there is no question, or one that needs a reference answer or a prompt that is not there, or a prompt that cannot be filled or asks for something else than a rating
     */
    public static Measurement.Open measure(
            TaskSpecification task,
            byte[] questions,
            byte[] prompts,
            Optional<byte[]> references,
            Optional<byte[]> judgments,
            JudgeSettings judge,
            Optional<Measurement.Opponent> opponent) {
        List<RowProblem> problems = new ArrayList<>();
        List<Question> all = Question.read(questions, problems::add);
        if (all.isEmpty()) {
            throw refused(task, FailureCode.DATASET_NOT_USABLE, "none of the rows is a question: " + named(problems));
        }
        List<RowProblem> ofPrompts = new ArrayList<>();
        Map<String, JudgePrompt> known = JudgePrompt.read(prompts, ofPrompts::add);
        Map<Long, ModelAnswer> answers =
                references.map(file -> ModelAnswer.read(file, problems::add)).orElse(Map.of());
        List<Question> asked = task.limit() > 0 ? all.subList(0, Math.min(task.limit(), all.size())) : all;
        Set<String> missing = new LinkedHashSet<>();
        for (Question question : asked) {
            boolean reference = Category.needsReference(question.category());
            boolean pair = opponent.isPresent();
            for (int turn = 1; turn <= (question.turns().size() == 2 ? 2 : 1); turn++) {
                String prompt = prompt(pair, reference) + (turn == 1 ? "" : "-multi-turn");
                missing.addAll(lacking(
                        prompt,
                        Optional.ofNullable(known.get(prompt)),
                        fields(pair, turn, reference),
                        pair ? CHOICES : List.of(JudgePrompt.RATING)));
                ModelAnswer answer = answers.get(question.id());
                if (reference && (answer == null || answer.turn(turn - 1).isEmpty())) {
                    missing.add("the reference answer to turn " + turn + " of question " + question.id() + " ("
                            + question.category() + ")");
                }
            }
        }
        if (!missing.isEmpty()) {
            throw refused(
                    task,
                    FailureCode.INVALID_SPECIFICATION,
                    "missing: " + String.join(", ", missing.stream().limit(5).toList())
                            + (missing.size() > 5 ? " and " + (missing.size() - 5) + " more" : "")
                            + (ofPrompts.isEmpty() ? "" : "; of the prompts, " + named(ofPrompts)));
        }
        List<Judgment> recorded =
                judgments.map(file -> recorded(task, judge, file)).orElse(List.of());
        return new Measurement.Open(
                TaskCatalogue.name(task),
                asked,
                all.size(),
                answers,
                known,
                judge,
                recorded,
                opponent,
                task.maxNewTokens() > 0 ? task.maxNewTokens() : Category.LONGEST_ANSWER,
                problems);
    }

    private static List<Judgment> recorded(TaskSpecification task, JudgeSettings judge, byte[] file) {
        JudgmentFile judgments = JudgmentFile.read(file);
        List<Judgment> own = judgments.single().stream()
                .filter(judgment -> judgment.judge().equals(judge.name()))
                .toList();
        if (own.isEmpty()) {
            throw refused(
                    task,
                    FailureCode.DATASET_NOT_USABLE,
                    "none of the judgments is of a single answer and by " + judge.name() + "; the judges are "
                            + judgments.single().stream()
                                    .map(Judgment::judge)
                                    .distinct()
                                    .limit(NAMED_PROBLEMS)
                                    .toList()
                            + (judgments.problems().isEmpty() ? "" : "; of the rows, " + named(judgments.problems())));
        }
        return own;
    }

    private static String prompt(boolean pair, boolean reference) {
        if (pair) {
            return reference ? "pair-math-v1" : "pair-v2";
        }
        return reference ? "single-math-v1" : "single-v1";
    }

    /** What a prompt can name: what {@link Measurement.Open#requests} and {@link Measurement.Open#pairs} have values for. */
    private static Set<String> fields(boolean pair, int turn, boolean reference) {
        Set<String> fields = new LinkedHashSet<>();
        List<String> answers = pair ? List.of("answer_a", "answer_b") : List.of("answer");
        if (turn == 1) {
            fields.add("question");
            fields.addAll(answers);
        } else {
            for (int each = 1; each <= 2; each++) {
                int of = each;
                fields.add("question_" + of);
                answers.forEach(answer -> fields.add(answer + "_" + of));
            }
        }
        if (reference) {
            fields.add("ref_answer_1");
            if (turn == 2) {
                fields.add("ref_answer_2");
            }
        }
        return fields;
    }

    private static List<String> lacking(
            String name, Optional<JudgePrompt> prompt, Set<String> fields, List<String> formats) {
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
        if (!formats.contains(prompt.get().outputFormat())) {
            lacking.add("the output format " + String.join(" or ", formats) + " of the judge's prompt " + name
                    + ", which has " + prompt.get().outputFormat());
        }
        return lacking;
    }

    private static String named(List<RowProblem> problems) {
        return String.join(
                "; ",
                problems.stream().limit(NAMED_PROBLEMS).map(RowProblem::text).toList());
    }

    private static TaskRefusedException refused(TaskSpecification task, FailureCode code, String message) {
        return new TaskRefusedException(code, TaskCatalogue.name(task) + ": " + message);
    }
}
