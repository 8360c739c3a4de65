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

    private static final String OTHER = "other";

    private final OpenRange.Contest contest;
    private final Judge judge;
    private final int judgedTogether;

    /**
     * @param contest whoever answers
     * @param judgedTogether requests to the judge that are under way at once, and questions that are rated before the next ones are
     */
    OpenWork(OpenRange.Contest contest, Judge judge, int judgedTogether) {
        this.contest = contest;
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
        int together = contest.writer().together();
        for (int from = 0; from < questions.size(); from += together) {
            List<Integer> some = questions.subList(from, Math.min(from + together, questions.size()));
            SortedMap<Integer, Answer.Unrated> written = written(open, some, known, pieces);
            for (int first = 0; first < some.size(); first += judgedTogether) {
                SortedMap<Integer, Answer.Unrated> group = new TreeMap<>();
                some.subList(first, Math.min(first + judgedTogether, some.size()))
                        .forEach(id -> group.put(id, written.get(id)));
                judge(open, group, pieces);
            }
        }
    }

    /** Every turn of some questions, by everybody who answers, kept or written now. */
    private SortedMap<Integer, Answer.Unrated> written(
            Measurement.Open open,
            List<Integer> ids,
            SortedMap<Integer, Answer> known,
            Answerer.Pieces<EvaluationException> pieces)
            throws EvaluationException, InterruptedException {
        SortedMap<Integer, Answer.Unrated> all = new TreeMap<>();
        for (int id : ids) {
            if (known.get(id) instanceof Answer.Unrated kept) {
                all.put(id, kept);
            }
        }
        write(
                open,
                contest.writer(),
                ids.stream().filter(id -> !all.containsKey(id)).toList(),
                fresh -> {
                    fresh.forEach((id, turns) -> all.put(id, new Answer.Unrated(turns)));
                    keep(fresh.keySet(), all, pieces);
                });
        if (contest.other().isPresent()) {
            List<Integer> half =
                    ids.stream().filter(id -> all.get(id).against().isEmpty()).toList();
            write(open, contest.other().get(), half, fresh -> {
                fresh.forEach((id, turns) ->
                        all.put(id, new Answer.Unrated(all.get(id).turns(), turns)));
                keep(fresh.keySet(), all, pieces);
            });
        }
        return all;
    }

    private static void write(
            Measurement.Open open,
            TurnWriter writer,
            List<Integer> ids,
            TurnWriter.Written<EvaluationException> written)
            throws EvaluationException, InterruptedException {
        SortedMap<Integer, Question> missing = new TreeMap<>();
        ids.forEach(id -> missing.put(id, open.questions().get(id)));
        if (!missing.isEmpty()) {
            writer.write(missing, open.longest(), written);
        }
    }

    private static void keep(
            Set<Integer> ids, SortedMap<Integer, Answer.Unrated> all, Answerer.Pieces<EvaluationException> pieces)
            throws EvaluationException, InterruptedException {
        SortedMap<Integer, Answer> piece = new TreeMap<>();
        ids.forEach(id -> piece.put(id, all.get(id)));
        pieces.take(piece);
    }

    /** Hands on each question of a group that is rated whole, also where a reply ends the range. */
    private void judge(
            Measurement.Open open,
            SortedMap<Integer, Answer.Unrated> written,
            Answerer.Pieces<EvaluationException> pieces)
            throws EvaluationException, InterruptedException {
        List<JudgeRequest> requests = requests(open, written);
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
                    .add(new Answer.Reply(
                            request.turn(),
                            request.model().equals(MODEL) ? 1 : 2,
                            text(said.get(index).get())));
        }
        for (var entry : written.entrySet()) {
            long question = open.questions().get(entry.getKey()).id();
            if (!unrated.contains(question)) {
                Answer rated = new Answer.Judged(
                        entry.getValue().turns(),
                        entry.getValue().against(),
                        replies.getOrDefault(question, List.of()));
                pieces.take(new TreeMap<>(Map.of(entry.getKey(), rated)));
            }
        }
        if (end.isPresent()) {
            throw end.get();
        }
    }

    private List<JudgeRequest> requests(Measurement.Open open, SortedMap<Integer, Answer.Unrated> written) {
        Map<Long, ModelAnswer> answers = new TreeMap<>();
        Map<Long, ModelAnswer> others = new TreeMap<>();
        List<Question> questions = new ArrayList<>();
        written.forEach((id, one) -> {
            Question question = open.questions().get(id);
            questions.add(question);
            answers.put(question.id(), new ModelAnswer(question.id(), "", MODEL, List.of(one.turns()), 0));
            others.put(question.id(), new ModelAnswer(question.id(), "", OTHER, List.of(one.against()), 0));
        });
        return contest.other().isPresent()
                ? open.pairs(MODEL, OTHER, questions, answers, others)
                : open.requests(MODEL, questions, answers);
    }

    /** Why nothing more is asked after a reply. What lies in the one request ends nothing: it would be the same again. */
    private static Optional<EvaluationException> end(JudgeReply reply) {
        return switch (reply) {
            case JudgeReply.Said _ -> Optional.empty();
            case JudgeReply.Failed failed ->
                switch (failed.cause()) {
                    case UNFIT -> Optional.empty();
                    case UNAUTHORIZED, OVER_BUDGET, REFUSED, NOT_RECORDED ->
                        ended(FailureCode.INVALID_SPECIFICATION, failed);
                    case RATE_LIMITED, SERVER_FAILED, NO_ANSWER, UNREADABLE ->
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
