package io.finemesh.score.mtbench;

import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Everything that a judge is asked: for each question and model a first turn, and for questions of two turns a second, which shows both. Questions of {@link
 * Category#needsReference} are judged beside a reference answer. Order as in FastChat: plain before reference, first turns before second ones.
 */
public final class Matches {
    private static final String SECOND_TURN = "-multi-turn";

    private final List<Question> questions;
    private final Map<String, Map<Long, ModelAnswer>> answers;
    private final Map<Long, ModelAnswer> references;
    private final Map<String, JudgePrompt> prompts;
    private final Consumer<RowProblem> problems;

    /**
     * @param answers answers by model, then by question
     * @param references reference answers by question
     * @param problems hears of what is missing; matches that need it are left out
     */
    public Matches(
            List<Question> questions,
            Map<String, Map<Long, ModelAnswer>> answers,
            Map<Long, ModelAnswer> references,
            Map<String, JudgePrompt> prompts,
            Consumer<RowProblem> problems) {
        this.questions = List.copyOf(questions);
        this.answers = answers;
        this.references = references;
        this.prompts = prompts;
        this.problems = problems;
    }

    /** Single-answer grading of some models. */
    public List<JudgeRequest> single(List<String> models) {
        return inOrder("single-v1", "single-math-v1", (question, prompt, turn, requests) -> {
            for (String model : models) {
                request(question, prompt, turn, model, Optional.empty()).ifPresent(requests::add);
            }
        });
    }

    /** Each model against one, in both orders. */
    public List<JudgeRequest> againstBaseline(List<String> models, String baseline) {
        return pairs(models.stream()
                .filter(model -> !model.equals(baseline))
                .map(model -> List.of(model, baseline))
                .toList());
    }

    /** Each model against each later one, in both orders. */
    public List<JudgeRequest> allPairs(List<String> models) {
        List<List<String>> pairs = new ArrayList<>();
        for (int first = 0; first < models.size(); first++) {
            for (int second = first + 1; second < models.size(); second++) {
                pairs.add(List.of(models.get(first), models.get(second)));
            }
        }
        return pairs(pairs);
    }

    private List<JudgeRequest> pairs(List<List<String>> pairs) {
        return inOrder("pair-v2", "pair-math-v1", (question, prompt, turn, requests) -> {
            for (List<String> pair : pairs) {
                Optional<JudgeRequest> one = request(question, prompt, turn, pair.get(0), Optional.of(pair.get(1)));
                Optional<JudgeRequest> two = request(question, prompt, turn, pair.get(1), Optional.of(pair.get(0)));
                if (one.isPresent() && two.isPresent()) {
                    requests.add(one.get());
                    requests.add(two.get());
                }
            }
        });
    }

    private interface Asking {
        void ask(Question question, JudgePrompt prompt, int turn, List<JudgeRequest> requests);
    }

    private List<JudgeRequest> inOrder(String plain, String withReference, Asking asking) {
        List<JudgeRequest> requests = new ArrayList<>();
        for (int turn = 1; turn <= 2; turn++) {
            String suffix = turn == 1 ? "" : SECOND_TURN;
            for (boolean reference : new boolean[] {false, true}) {
                JudgePrompt prompt = prompts.get((reference ? withReference : plain) + suffix);
                if (prompt == null) {
                    problem("there is no judge prompt \"" + (reference ? withReference : plain) + suffix
                            + "\"; there are " + prompts.keySet());
                    continue;
                }
                for (Question question : questions) {
                    boolean asked = Category.needsReference(question.category()) == reference
                            && (turn == 1 || question.turns().size() == 2);
                    if (asked) {
                        asking.ask(question, prompt, turn, requests);
                    }
                }
            }
        }
        return requests;
    }

    private Optional<JudgeRequest> request(
            Question question, JudgePrompt prompt, int turn, String model, Optional<String> other) {
        Map<String, String> values = new HashMap<>();
        boolean whole = true;
        if (turn == 1) {
            values.put("question", question.turns().getFirst());
        } else {
            values.put("question_1", question.turns().get(0));
            values.put("question_2", question.turns().get(1));
        }
        if (Category.needsReference(question.category())) {
            ModelAnswer reference = references.get(question.id());
            whole &= put(values, "ref_answer_1", reference, 0, "reference answer", question);
            whole &= turn == 1 || put(values, "ref_answer_2", reference, 1, "reference answer", question);
        }
        if (other.isEmpty()) {
            whole &= answer(values, "answer", question, turn, model);
        } else {
            whole &= answer(values, "answer_a", question, turn, model);
            whole &= answer(values, "answer_b", question, turn, other.get());
        }
        if (!whole) {
            return Optional.empty();
        }
        try {
            return Optional.of(new JudgeRequest(
                    question.id(),
                    turn,
                    model,
                    other,
                    prompt.name(),
                    prompt.outputFormat(),
                    prompt.system(),
                    prompt.template().fill(values)));
        } catch (IllegalArgumentException unfilled) {
            problem("judge prompt \"" + prompt.name() + "\": " + unfilled.getMessage());
            return Optional.empty();
        }
    }

    private boolean answer(Map<String, String> values, String field, Question question, int turn, String model) {
        ModelAnswer answer = answers.getOrDefault(model, Map.of()).get(question.id());
        String who = "answer of " + model;
        if (turn == 1) {
            return put(values, field, answer, 0, who, question);
        }
        return put(values, field + "_1", answer, 0, who, question)
                & put(values, field + "_2", answer, 1, who, question);
    }

    private boolean put(
            Map<String, String> values, String field, ModelAnswer answer, int turn, String who, Question question) {
        Optional<String> text = answer == null ? Optional.empty() : answer.turn(turn);
        if (text.isEmpty()) {
            problem("question " + question.id() + " has no " + who + " for turn " + (turn + 1) + "; it is not judged");
            return false;
        }
        values.put(field, text.get());
        return true;
    }

    private void problem(String message) {
        problems.accept(new RowProblem(0, Kind.INCOMPLETE, message));
    }
}
