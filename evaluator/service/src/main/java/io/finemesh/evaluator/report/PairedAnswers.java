package io.finemesh.evaluator.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.evaluator.score.Figure;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.score.mtbench.Category;
import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.ModelAnswer;
import io.finemesh.score.mtbench.PairJudgment;
import io.finemesh.score.mtbench.PairScore;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a judge's choices between two checkpoints' answers come to, in the files that FastChat writes.
 *
 * @param open what was asked
 * @param model whose answers are compared
 * @param against with whose
 * @param answers the answers of both, by question
 * @param rows the judgments, in FastChat's order
 * @param lines the same as lines of a file
 * @param firstReply the judge's first words
 */
public record PairedAnswers(
        Measurement.Open open,
        String model,
        String against,
        List<ModelAnswer> answers,
        List<PairJudgment> rows,
        List<String> lines,
        String firstReply) {
    public PairedAnswers {
        answers = List.copyOf(answers);
        rows = List.copyOf(rows);
        lines = List.copyOf(lines);
    }

    /** Which reply: to which question, turn and order. */
    private record Place(long question, int turn, int game) {}

    /**
     * From what was said.
     *
     * @param judged by place among the questions
     * @throws IllegalArgumentException if a pair was not judged in both orders, or none was
     */
    public static PairedAnswers of(
            Measurement.Open open, String model, SortedMap<Integer, Answer.Judged> judged, Instant time) {
        String against = open.opponent()
                .orElseThrow(() -> new IllegalArgumentException("answers that are compared with nobody's are no pairs"))
                .checkpoint()
                .value();
        double timestamp = time.getEpochSecond();
        Map<Long, ModelAnswer> ours = new TreeMap<>();
        Map<Long, ModelAnswer> theirs = new TreeMap<>();
        Map<Place, String> replies = new HashMap<>();
        judged.forEach((place, one) -> {
            long question = open.questions().get(place).id();
            ours.put(question, answer(question, model, one.turns(), timestamp));
            theirs.put(question, answer(question, against, one.against(), timestamp));
            one.replies().forEach(reply -> replies.put(new Place(question, reply.turn(), reply.game()), reply.text()));
        });
        List<JudgeRequest> requests = open.pairs(model, against, open.questions(), ours, theirs);
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("none of its answers could be put to the judge");
        }
        List<PairJudgment> rows = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        Optional<String> first = Optional.empty();
        for (int index = 0; index < requests.size(); index += 2) {
            JudgeRequest one = requests.get(index);
            JudgeRequest exchanged = requests.get(index + 1);
            String reply = reply(replies, one, 1);
            String other = reply(replies, exchanged, 2);
            PairJudgment row = PairJudgment.of(one, open.judge().name(), reply, other);
            rows.add(row);
            lines.add(row.line(one.user(), reply, exchanged.user(), other, timestamp));
            first = first.or(() -> Optional.of(RowReader.excerpt(reply)));
        }
        List<ModelAnswer> answers = new ArrayList<>(ours.values());
        answers.addAll(theirs.values());
        return new PairedAnswers(open, model, against, answers, rows, lines, first.orElse(""));
    }

    private static ModelAnswer answer(long question, String model, List<String> turns, double timestamp) {
        return new ModelAnswer(question, model + "-" + question, model, List.of(turns), timestamp);
    }

    private static String reply(Map<Place, String> replies, JudgeRequest request, int game) {
        String reply = replies.get(new Place(request.question(), request.turn(), game));
        if (reply == null) {
            throw new IllegalArgumentException("turn " + request.turn() + " of question " + request.question()
                    + " was not judged in order " + game);
        }
        return reply;
    }

    /** Wins, losses and ties against the other; empty where no pair has a verdict. */
    public Optional<PairScore> score() {
        return PairScore.of(rows, Optional.of(against)).stream()
                .filter(score -> score.model().equals(model))
                .findFirst();
    }

    /** FastChat's figures of the model, and how many pairs have no verdict. Limited unless the published questions were all asked. */
    public List<TaskScore> scores() {
        ScoreSheet sheet = new ScoreSheet();
        int decided = (int) rows.stream()
                .filter(row -> row.outcome() != PairJudgment.Outcome.ERROR)
                .count();
        score().ifPresent(score -> {
            add(sheet, "win_rate", score.winRate(), decided);
            add(sheet, "loss_rate", score.lossRate(), decided);
            add(sheet, "win_rate_adjusted", score.adjustedWinRate(), decided);
            add(sheet, "win", score.wins(), decided);
            add(sheet, "loss", score.losses(), decided);
            add(sheet, "tie", score.ties(), decided);
        });
        add(sheet, "without_verdict", rows.size() - decided, rows.size());
        return sheet.scores();
    }

    private void add(ScoreSheet sheet, String metric, double value, int samples) {
        sheet.add(
                open.name(),
                metric,
                new Figure(value, OptionalDouble.empty(), Math.max(1, samples)),
                limited(),
                Optional.of(open.judge().name()));
    }

    private boolean limited() {
        return open.limited() || rows.size() != 2 * Category.PUBLISHED_QUESTIONS;
    }

    /** The judgment file. */
    public String judgments() {
        return String.join("\n", lines) + "\n";
    }

    /** The figures with what they are to be called, the answers of both, and rows that were left out. */
    public String results() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("model", model)
                .put("against", against)
                .put("judge", open.judge().name())
                .put("label", label());
        document.put("pairs", rows.size());
        scores().forEach(score -> document.put(score.metric(), score.value()));
        answers.stream().map(ModelAnswer::line).forEach(document.putArray("answers")::add);
        open.leftOut().stream().map(RowProblem::text).forEach(document.putArray("left_out_rows")::add);
        document.put("complete", true);
        return PythonJson.indented(document, 2, false);
    }

    private String label() {
        return limited()
                ? "limited run over " + rows.size() + " of " + 2 * Category.PUBLISHED_QUESTIONS + " pairs, not a score"
                : "score against " + against + " under " + open.judge().name()
                        + ", comparable with scores against the same answers under the same judge";
    }
}
