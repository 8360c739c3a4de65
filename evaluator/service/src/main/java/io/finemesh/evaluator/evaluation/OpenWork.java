package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.failure.FailureCode;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.TurnWriter;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.judge.JudgePanel;
import io.finemesh.evaluator.judge.JudgeReply;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.ModelAnswer;
import io.finemesh.score.mtbench.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Has open questions answered turn after turn and asks the judge. Each question is handed on when its turns are written, and again as soon as they are rated. Words without a rating, and a request that the judge cannot take, are kept as FastChat keeps them; a judge that cannot be asked ends the range, so that nothing is filed that
 * asking again would mend.
 */
final class OpenWork {
    /** Name of the model in what the judge is asked, where it does not stand. */
    private static final String MODEL = "model";

    private final TurnWriter writer;
    private final Judge judge;
    private final int judgedTogether;

    /**
     * @param writer whoever answers
     * @param judgedTogether requests to the judge that are under way at once, and questions that are rated before the next ones are
     */
    OpenWork(TurnWriter writer, Judge judge, int judgedTogether) {
        this.writer = writer;
        this.judge = judge;
        this.judgedTogether = judgedTogether;
    }

    /** @param known what is kept of an earlier attempt; questions that were written then are not written again */
    void answer(
            Measurement.Open open,
            List<Integer> questions,
            SortedMap<Integer, Answer> known,
            Answerer.Pieces<EvaluationException> pieces)
            throws EvaluationException, InterruptedException {
        for (int from = 0; from < questions.size(); from += writer.together()) {
            List<Integer> some = questions.subList(from, Math.min(from + writer.together(), questions.size()));
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
        SortedMap<Integer, Question> missing = new TreeMap<>();
        for (int id : ids) {
            if (known.get(id) instanceof Answer.Unrated kept) {
                all.put(id, kept.turns());
            } else {
                missing.put(id, open.questions().get(id));
            }
        }
        if (!missing.isEmpty()) {
            writer.write(missing, open.longest(), fresh -> {
                SortedMap<Integer, Answer> piece = new TreeMap<>();
                fresh.forEach((id, turns) -> piece.put(id, new Answer.Unrated(turns)));
                pieces.take(piece);
                all.putAll(fresh);
            });
        }
        return all;
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
