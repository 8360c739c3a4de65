package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.failure.FailureCode;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Generation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.Sampling;
import io.finemesh.engine.text.Turn;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.judge.JudgePanel;
import io.finemesh.evaluator.judge.JudgeReply;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.score.mtbench.AnswerText;
import io.finemesh.score.mtbench.Category;
import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.ModelAnswer;
import io.finemesh.score.mtbench.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Answers open questions turn after turn and asks the judge. An answer is drawn at the temperature of its category with seed 0, that of FastChat's first choice; which words that gives differs from torch's, whose generator is another.
 * Each question is handed on when its turns are written, and again as soon as they are rated. Words without a rating, and a request that the judge cannot take, are kept as FastChat keeps them; a judge that cannot be asked ends the range, so that nothing is filed that
 * asking again would mend.
 */
final class OpenWork {
    /** Name of the model in what the judge is asked, where it does not stand. */
    private static final String MODEL = "model";

    private final LoadedModel model;
    private final Judge judge;
    private final int together;
    private final int judgedTogether;

    /**
     * @param together questions answered together
     * @param judgedTogether requests to the judge that are under way at once, and questions that are rated before the next ones are
     */
    OpenWork(LoadedModel model, Judge judge, int together, int judgedTogether) {
        this.model = model;
        this.judge = judge;
        this.together = together;
        this.judgedTogether = judgedTogether;
    }

    /** @param known what is kept of an earlier attempt; questions that were written then are not written again */
    void answer(
            Measurement.Open open,
            List<Integer> questions,
            SortedMap<Integer, Answer> known,
            Answerer.Pieces<EvaluationException> pieces)
            throws EvaluationException, InterruptedException {
        for (int from = 0; from < questions.size(); from += together) {
            List<Integer> some = questions.subList(from, Math.min(from + together, questions.size()));
            SortedMap<Integer, List<String>> written = written(open, some, known, pieces);
            for (int first = 0; first < some.size(); first += judgedTogether) {
                SortedMap<Integer, List<String>> group = new TreeMap<>();
                some.subList(first, Math.min(first + judgedTogether, some.size()))
                        .forEach(id -> group.put(id, written.get(id)));
                judge(open, group, pieces);
            }
        }
    }

    /** Every turn of some questions, kept or written now. */
    private SortedMap<Integer, List<String>> written(
            Measurement.Open open,
            List<Integer> ids,
            SortedMap<Integer, Answer> known,
            Answerer.Pieces<EvaluationException> pieces)
            throws EvaluationException, InterruptedException {
        SortedMap<Integer, List<String>> all = new TreeMap<>();
        List<Integer> missing = new ArrayList<>();
        for (int id : ids) {
            if (known.get(id) instanceof Answer.Unrated kept) {
                all.put(id, kept.turns());
            } else {
                missing.add(id);
            }
        }
        if (!missing.isEmpty()) {
            SortedMap<Integer, List<String>> fresh = written(open, missing);
            SortedMap<Integer, Answer> piece = new TreeMap<>();
            fresh.forEach((id, turns) -> piece.put(id, new Answer.Unrated(turns)));
            pieces.take(piece);
            all.putAll(fresh);
        }
        return all;
    }

    /** Every turn of some questions; those of one temperature together. */
    private SortedMap<Integer, List<String>> written(Measurement.Open open, List<Integer> ids) {
        SortedMap<Integer, List<String>> written = new TreeMap<>();
        ids.forEach(id -> written.put(id, new ArrayList<>()));
        int longest = ids.stream()
                .mapToInt(id -> open.questions().get(id).turns().size())
                .max()
                .orElse(0);
        for (int turn = 0; turn < longest; turn++) {
            Map<Double, List<Integer>> byTemperature = new TreeMap<>();
            for (int id : ids) {
                Question question = open.questions().get(id);
                if (turn < question.turns().size()) {
                    double temperature =
                            Category.greedy(question.category()) ? 0 : Category.temperature(question.category());
                    byTemperature
                            .computeIfAbsent(temperature, _ -> new ArrayList<>())
                            .add(id);
                }
            }
            byTemperature.forEach((temperature, same) -> write(open, same, temperature, written));
        }
        return written;
    }

    private void write(
            Measurement.Open open, List<Integer> ids, double temperature, SortedMap<Integer, List<String>> written) {
        Set<Integer> ends = new LinkedHashSet<>(model.tokenizer().endOfTextTokens());
        ends.addAll(model.prompts().stopTokens());
        List<int[]> asked = ids.stream()
                .map(id -> model.prompts().prompt(conversation(open.questions().get(id), written.get(id))))
                .toList();
        List<Generation> said = new Generator(model.decoder(), model.tokenizer())
                .generate(
                        asked,
                        new GenerationLimits(open.longest(), ends, together),
                        temperature == 0 ? Sampling.GREEDY : Sampling.atTemperature(temperature),
                        new long[asked.size()]);
        for (int index = 0; index < ids.size(); index++) {
            Generation generation = said.get(index);
            String text = generation.text().orElseGet(() -> model.tokenizer().decode(generation.tokens()));
            written.get(ids.get(index)).add(AnswerText.of(text, List.of(), List.of()));
        }
    }

    /** What was said so far and what the user says next. */
    private static Conversation conversation(Question question, List<String> said) {
        List<Turn> turns = new ArrayList<>();
        for (int turn = 0; turn <= said.size(); turn++) {
            turns.add(new Turn(Role.USER, question.turns().get(turn)));
            if (turn < said.size()) {
                turns.add(new Turn(Role.ASSISTANT, said.get(turn)));
            }
        }
        return new Conversation(turns);
    }

    /** Hands on each question of a group that is rated whole, also where a reply ends the range. */
    private void judge(
            Measurement.Open open,
            SortedMap<Integer, List<String>> written,
            Answerer.Pieces<EvaluationException> pieces)
            throws EvaluationException, InterruptedException {
        Map<Long, ModelAnswer> answers = new TreeMap<>();
        List<Question> questions = new ArrayList<>();
        written.forEach((id, turns) -> {
            Question question = open.questions().get(id);
            questions.add(question);
            answers.put(question.id(), new ModelAnswer(question.id(), "", MODEL, List.of(turns), 0));
        });
        List<JudgeRequest> requests = open.requests(MODEL, questions, answers);
        List<Optional<JudgeReply>> said = new JudgePanel(judge, judgedTogether)
                .askUntil(requests, reply -> end(reply).isPresent());
        Map<Long, List<Answer.Reply>> replies = new HashMap<>();
        Set<Long> unrated = new HashSet<>();
        Optional<EvaluationException> end = Optional.empty();
        for (int index = 0; index < requests.size(); index++) {
            JudgeRequest request = requests.get(index);
            Optional<EvaluationException> reason = said.get(index).flatMap(OpenWork::end);
            if (said.get(index).isEmpty() || reason.isPresent()) {
                unrated.add(request.question());
                end = end.or(() -> reason);
                continue;
            }
            replies.computeIfAbsent(request.question(), _ -> new ArrayList<>())
                    .add(new Answer.Reply(request.turn(), text(said.get(index).get())));
        }
        for (var entry : written.entrySet()) {
            long question = open.questions().get(entry.getKey()).id();
            if (!unrated.contains(question)) {
                Answer rated = new Answer.Judged(entry.getValue(), replies.getOrDefault(question, List.of()));
                pieces.take(new TreeMap<>(Map.of(entry.getKey(), rated)));
            }
        }
        if (end.isPresent()) {
            throw end.get();
        }
    }

    /** Why nothing more is asked after a reply. What lies in the one request ends nothing: it would be the same again. */
    private static Optional<EvaluationException> end(JudgeReply reply) {
        return switch (reply) {
            case JudgeReply.Said _ -> Optional.empty();
            case JudgeReply.Failed failed ->
                switch (failed.cause()) {
                    case UNFIT -> Optional.empty();
                    case UNAUTHORIZED, OVER_BUDGET, REFUSED -> ended(FailureCode.INVALID_SPECIFICATION, failed);
                    case RATE_LIMITED, SERVER_FAILED, NO_ANSWER, NOT_RECORDED, UNREADABLE ->
                        ended(FailureCode.EVALUATION_FAILED, failed);
                };
        };
    }

    private static Optional<EvaluationException> ended(FailureCode code, JudgeReply.Failed failed) {
        return Optional.of(new EvaluationException(code, "the judge: " + failed.message()));
    }

    /** A judge that could not answer is marked as FastChat marks it, with the reason behind; without brackets, which would be read as a rating. */
    private static String text(JudgeReply reply) {
        return switch (reply) {
            case JudgeReply.Said said -> said.text();
            case JudgeReply.Failed failed ->
                failed.text() + ": " + failed.message().replace('[', '(').replace(']', ')');
        };
    }
}
