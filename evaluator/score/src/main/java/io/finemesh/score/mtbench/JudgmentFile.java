package io.finemesh.score.mtbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A judgment file as FastChat writes it, of single answers, of pairs, or both. Lines stay in the order of the file, duplicates included, since FastChat's means
 * count them; each is a problem of kind {@link Kind#DUPLICATE}.
 *
 * @param single judgments of single answers
 * @param pairs judgments of pairs
 * @param problems lines that cannot be used, and duplicates
 * @param reparsed judgments whose reply is in the file, so that the rating could be read again
 * @param differing lines whose score is not what their reply says
 */
public record JudgmentFile(
        List<Judgment> single,
        List<PairJudgment> pairs,
        List<RowProblem> problems,
        int reparsed,
        List<Integer> differing) {
    private static final String SECOND_TURN = "-multi-turn";

    public JudgmentFile {
        single = List.copyOf(single);
        pairs = List.copyOf(pairs);
        problems = List.copyOf(problems);
        differing = List.copyOf(differing);
    }

    /** Reads a file. */
    public static JudgmentFile read(byte[] file) {
        return new Reading().read(RowReader.read(file));
    }

    private static final class Reading {
        private final List<Judgment> single = new ArrayList<>();
        private final List<PairJudgment> pairs = new ArrayList<>();
        private final List<RowProblem> problems = new ArrayList<>();
        private final List<Integer> differing = new ArrayList<>();
        private final Map<List<Object>, Integer> lines = new HashMap<>();
        private int reparsed;

        JudgmentFile read(Rows rows) {
            problems.addAll(rows.problems());
            for (Row row : rows.rows()) {
                Fields fields = new Fields(row, problems::add);
                if (row.value().has("model_1") || row.value().has("model_2")) {
                    pair(row, fields);
                } else {
                    single(row, fields);
                }
            }
            return new JudgmentFile(single, pairs, problems, reparsed, differing);
        }

        private void single(Row row, Fields fields) {
            Optional<Long> question = fields.integer("question_id");
            Optional<String> model = fields.text(false, List.of("model", "model_id"));
            Optional<List<String>> judge = judge(row, fields);
            Optional<Integer> turn = turn(row, fields, judge);
            OptionalDouble score = score(row, fields);
            if (question.isEmpty() || model.isEmpty() || judge.isEmpty() || turn.isEmpty() || score.isEmpty()) {
                return;
            }
            Judgment judgment = new Judgment(
                    question.get(),
                    model.get(),
                    judge.get().get(0),
                    judge.get().get(1),
                    row.value().path("user_prompt").asText(""),
                    row.value().path("judgment").asText(""),
                    score.getAsDouble(),
                    turn.get(),
                    row.value().path("tstamp").asDouble(0));
            if (row.value().path("judgment").isTextual()) {
                reparsed++;
                if (Rating.of(judgment.reply()).score() != judgment.score()) {
                    differing.add(row.line());
                }
            }
            single.add(judgment);
            duplicate(fields, row, List.of(model.get(), question.get(), judge.get(), turn.get()));
        }

        private void pair(Row row, Fields fields) {
            Optional<Long> question = fields.integer("question_id");
            Optional<String> first = fields.text(false, List.of("model_1"));
            Optional<String> second = fields.text(false, List.of("model_2"));
            Optional<List<String>> judge = judge(row, fields);
            Optional<String> firstGame = winner(fields, "g1_winner");
            Optional<String> secondGame = winner(fields, "g2_winner");
            Optional<Integer> turn = turn(row, fields, judge);
            if (question.isEmpty()
                    || first.isEmpty()
                    || second.isEmpty()
                    || judge.isEmpty()
                    || firstGame.isEmpty()
                    || secondGame.isEmpty()
                    || turn.isEmpty()) {
                return;
            }
            pairs.add(new PairJudgment(
                    question.get(),
                    first.get(),
                    second.get(),
                    judge.get().get(0),
                    judge.get().get(1),
                    turn.get(),
                    firstGame.get(),
                    secondGame.get()));
            duplicate(fields, row, List.of(first.get(), second.get(), question.get(), judge.get(), turn.get()));
        }

        private void duplicate(Fields fields, Row row, List<Object> key) {
            Integer first = lines.putIfAbsent(key, row.line());
            if (first != null) {
                fields.problem(Kind.DUPLICATE, "the same model, question, judge and turn as line " + first);
            }
        }

        private static Optional<String> winner(Fields fields, String name) {
            Optional<String> winner = fields.text(false, List.of(name));
            if (winner.isPresent()
                    && !List.of("model_1", "model_2", "tie", "error").contains(winner.get())) {
                fields.problem(
                        Kind.BAD_VALUE,
                        "\"" + name + "\" is \"" + RowReader.excerpt(winner.get())
                                + "\"; it may be model_1, model_2, tie or error");
                return Optional.empty();
            }
            return winner;
        }

        /** Judge and prompt. */
        private static Optional<List<String>> judge(Row row, Fields fields) {
            JsonNode judge = row.value().get("judge");
            if (judge == null) {
                fields.problem(Kind.MISSING_FIELD, "no field \"judge\"; the row has " + fields.keys());
                return Optional.empty();
            }
            if (judge.isTextual()) {
                return Optional.of(List.of(judge.textValue(), ""));
            }
            if (judge.isArray()
                    && judge.size() == 2
                    && judge.get(0).isTextual()
                    && judge.get(1).isTextual()) {
                return Optional.of(
                        List.of(judge.get(0).textValue(), judge.get(1).textValue()));
            }
            fields.problem(
                    Kind.WRONG_TYPE,
                    "\"judge\" is " + Fields.described(judge) + " where [judge model, prompt name] should be");
            return Optional.empty();
        }

        private static Optional<Integer> turn(Row row, Fields fields, Optional<List<String>> judge) {
            if (!row.value().has("turn")
                    && judge.isPresent()
                    && !judge.get().get(1).isEmpty()) {
                return Optional.of(judge.get().get(1).endsWith(SECOND_TURN) ? 2 : 1);
            }
            Optional<Long> turn = fields.integer("turn");
            if (turn.isPresent() && turn.get() != 1 && turn.get() != 2) {
                fields.problem(Kind.BAD_VALUE, "\"turn\" is " + turn.get() + "; it may be 1 or 2");
                return Optional.empty();
            }
            return turn.map(Long::intValue);
        }

        private static OptionalDouble score(Row row, Fields fields) {
            JsonNode score = row.value().get("score");
            if (score == null && row.value().path("judgment").isTextual()) {
                return OptionalDouble.of(
                        Rating.of(row.value().get("judgment").textValue()).score());
            }
            if (score == null) {
                fields.problem(
                        Kind.MISSING_FIELD,
                        "no field \"score\", nor a \"judgment\" to read it from; the row has " + fields.keys());
                return OptionalDouble.empty();
            }
            if (!score.isNumber()) {
                fields.problem(
                        Kind.WRONG_TYPE, "\"score\" is " + Fields.described(score) + " where a number should be");
                return OptionalDouble.empty();
            }
            if (!Double.isFinite(score.doubleValue())) {
                fields.problem(
                        Kind.BAD_VALUE, "\"score\" is " + score.doubleValue() + "; it is a finite number, -1 for none");
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(score.doubleValue());
        }
    }
}
