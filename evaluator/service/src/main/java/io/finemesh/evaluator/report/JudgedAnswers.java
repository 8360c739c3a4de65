package io.finemesh.evaluator.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.evaluator.score.Figure;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.score.mtbench.Category;
import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.Judgment;
import io.finemesh.score.mtbench.ModelAnswer;
import io.finemesh.score.mtbench.MtBenchScore;
import io.finemesh.score.mtbench.Question;
import io.finemesh.score.mtbench.Rating;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a judge's words to a model's answers come to, in the files that FastChat writes.
 *
 * @param open what was asked
 * @param model who answered
 * @param answers its answers by question
 * @param rows the judgments, in FastChat's order
 * @param score what they come to
 */
public record JudgedAnswers(
        Measurement.Open open, String model, Map<Long, ModelAnswer> answers, List<Judgment> rows, MtBenchScore score) {
    public JudgedAnswers {
        answers = Map.copyOf(answers);
        rows = List.copyOf(rows);
    }

    /**
     * From what was said.
     *
     * @param judged by place among the questions
     * @throws IllegalArgumentException if a turn was not judged, or none
     */
    public static JudgedAnswers of(
            Measurement.Open open, String model, SortedMap<Integer, Answer.Judged> judged, Instant time) {
        double timestamp = time.getEpochSecond();
        Map<Long, ModelAnswer> answers = new TreeMap<>();
        Map<List<Long>, String> replies = new HashMap<>();
        judged.forEach((place, one) -> {
            long question = open.questions().get(place).id();
            answers.put(
                    question,
                    new ModelAnswer(question, model + "-" + question, model, List.of(one.turns()), timestamp));
            one.replies().forEach(reply -> replies.put(List.of(question, (long) reply.turn()), reply.text()));
        });
        List<Judgment> rows = new ArrayList<>();
        for (JudgeRequest request : open.requests(model, open.questions(), answers)) {
            String reply = replies.get(List.of(request.question(), (long) request.turn()));
            if (reply == null) {
                throw new IllegalArgumentException(
                        "turn " + request.turn() + " of question " + request.question() + " was not judged");
            }
            rows.add(Judgment.of(request, open.judge().name(), reply, timestamp));
        }
        Map<Long, String> categories = new HashMap<>();
        for (Question question : open.questions()) {
            categories.put(question.id(), question.category());
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("none of its answers could be put to the judge");
        }
        MtBenchScore score = MtBenchScore.asIs(rows, id -> Optional.ofNullable(categories.get(id)))
                .get(model);
        return new JudgedAnswers(open, model, answers, rows, score);
    }

    /** Mean ratings: of all, of each turn, of each category, and how many judgments have none. Limited unless the published questions were all asked. */
    public List<TaskScore> scores() {
        boolean limited = open.limited() || rows.size() != 2 * Category.PUBLISHED_QUESTIONS;
        int rated = rows.size() - score.errors();
        ScoreSheet sheet = new ScoreSheet();
        add(sheet, "average", score.average(), rated, limited);
        add(sheet, "first_turn", score.firstTurn(), rated, limited);
        add(sheet, "second_turn", score.secondTurn(), rated, limited);
        score.byCategory()
                .forEach((category, mean) ->
                        add(sheet, "category," + category, OptionalDouble.of(mean), rated, limited));
        add(sheet, "without_rating", OptionalDouble.of(score.errors()), rows.size(), limited);
        return sheet.scores();
    }

    private void add(ScoreSheet sheet, String metric, OptionalDouble value, int samples, boolean limited) {
        if (value.isPresent()) {
            sheet.add(
                    open.name(),
                    metric,
                    new Figure(value.getAsDouble(), OptionalDouble.empty(), Math.max(1, samples)),
                    limited,
                    Optional.of(open.judge().name()));
        }
    }

    /** The judgment file. */
    public String judgments() {
        StringBuilder lines = new StringBuilder();
        rows.forEach(row -> lines.append(row.line()).append('\n'));
        return lines.toString();
    }

    /** The first reply for a message: shortened, but for the reason of a judge that could not answer. */
    public String firstReply() {
        String reply = rows.getFirst().reply();
        return reply.startsWith(Rating.FAILED_REPLY) ? reply : RowReader.excerpt(reply);
    }

    /** The figures with what they are to be called, the answers, and rows that were left out. */
    public String results() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("model", model).put("judge", open.judge().name()).put("label", MtBenchScore.label(rows));
        document.put("judgments", rows.size()).put("without_rating", score.errors());
        score.average().ifPresent(value -> document.put("average", value));
        score.firstTurn().ifPresent(value -> document.put("first_turn", value));
        score.secondTurn().ifPresent(value -> document.put("second_turn", value));
        score.byCategory().forEach(document.putObject("by_category")::put);
        answers.values().stream()
                .sorted(Comparator.comparingLong(ModelAnswer::question))
                .map(ModelAnswer::line)
                .forEach(document.putArray("answers")::add);
        open.leftOut().stream().map(RowProblem::text).forEach(document.putArray("left_out_rows")::add);
        document.put("complete", true);
        return PythonJson.indented(document, 2, false);
    }
}
