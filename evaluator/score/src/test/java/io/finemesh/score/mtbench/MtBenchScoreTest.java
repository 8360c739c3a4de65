package io.finemesh.score.mtbench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.SharedData;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MtBenchScoreTest {
    private static String row(String model, long question, int turn, String score) {
        return "{\"question_id\": %d, \"model\": \"%s\", \"judge\": [\"gpt-4\", \"%s\"], \"user_prompt\": \"p\", \"judgment\": \"[[%s]]\", \"score\": %s, \"turn\": %d}\n"
                .formatted(question, model, turn == 1 ? "single-v1" : "single-v1-multi-turn", score, score, turn);
    }

    private static JudgmentFile read(String text) {
        return JudgmentFile.read(text.getBytes(UTF_8));
    }

    @Test
    void publishedJudgmentsGiveTheGoldenAggregates() {
        JudgmentFile file = JudgmentFile.read(SharedData.bytes("data/mtbench/model_judgment/gpt-4_single.jsonl"));
        JsonNode golden = SharedData.json("golden/mtbench.json");
        assertThat(file.problems()).isEmpty();
        assertThat(file.single()).hasSize(320);
        assertThat(file.reparsed()).isEqualTo(320);
        assertThat(file.differing()).isEmpty();
        assertGolden(MtBenchScore.asIs(file.single(), Category::ofPublished), golden.get("show_result_as_is"));
        assertGolden(
                MtBenchScore.asIs(MtBenchScore.deduplicated(file.single()), Category::ofPublished),
                golden.get("dedup_first(clean_judgment)"));
        assertThat(MtBenchScore.label(file.single().stream()
                        .filter(judgment -> judgment.model().equals("mistral-orpo-trl"))
                        .toList()))
                .isEqualTo("score");
    }

    private static void assertGolden(Map<String, MtBenchScore> scores, JsonNode golden) {
        assertThat(scores).hasSize(golden.size()).isNotEmpty();
        golden.properties().forEach(entry -> {
            MtBenchScore score = scores.get(entry.getKey());
            JsonNode expected = entry.getValue();
            assertThat(score.rows()).isEqualTo(expected.get("n_rows").intValue());
            assertThat(score.errors()).isEqualTo(expected.get("n_error").intValue());
            assertThat(score.firstTurn().orElseThrow())
                    .isCloseTo(expected.get("turn1").doubleValue(), within(1e-12));
            assertThat(score.secondTurn().orElseThrow())
                    .isCloseTo(expected.get("turn2").doubleValue(), within(1e-12));
            assertThat(score.average().orElseThrow())
                    .isCloseTo(expected.get("average").doubleValue(), within(1e-12));
            assertThat(score.byCategory()).hasSize(expected.get("by_category").size());
            expected.get("by_category").properties().forEach(category -> assertThat(
                            score.byCategory().get(category.getKey()))
                    .as(category.getKey())
                    .isCloseTo(category.getValue().doubleValue(), within(1e-12)));
        });
    }

    @Test
    void categoriesOfPublishedQuestionsAreKnownById() {
        List<RowProblem> problems = new ArrayList<>();
        List<Question> questions = Question.read(SharedData.bytes("data/mtbench/question.jsonl"), problems::add);
        assertThat(problems).isEmpty();
        assertThat(questions).hasSize(80).allMatch(question -> question.turns().size() == 2);
        assertThat(questions)
                .allMatch(question -> Category.ofPublished(question.id()).equals(Optional.of(question.category())));
        assertThat(Category.ofPublished(80)).isEmpty();
        assertThat(Category.ofPublished(161)).isEmpty();
    }

    @Test
    void theAverageIsOverRowsAndRowsWithoutARatingAreLeftOut() {
        JudgmentFile file =
                read(row("m", 81, 1, "10") + row("m", 82, 1, "8") + row("m", 81, 2, "3") + row("m", 82, 2, "-1"));
        MtBenchScore score =
                MtBenchScore.asIs(file.single(), Category::ofPublished).get("m");
        assertThat(score.rows()).isEqualTo(4);
        assertThat(score.errors()).isEqualTo(1);
        assertThat(score.firstTurn()).hasValue(9);
        assertThat(score.secondTurn()).hasValue(3);
        assertThat(score.average()).hasValue(7);
        assertThat(MtBenchScore.label(file.single())).contains("4 of 160").contains("not a score");
    }

    @Test
    void duplicatesCountAsTheyAreAndAreNamedAndCanBeDropped() {
        JudgmentFile file = read(row("m", 81, 1, "10") + row("n", 81, 1, "1") + row("m", 81, 1, "4"));
        assertThat(file.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(tuple(3, Kind.DUPLICATE));
        assertThat(MtBenchScore.asIs(file.single(), Category::ofPublished)
                        .get("m")
                        .average())
                .hasValue(7);
        assertThat(MtBenchScore.asIs(MtBenchScore.deduplicated(file.single()), Category::ofPublished)
                        .get("m")
                        .average())
                .hasValue(10);
    }

    @Test
    void everyBadLineIsNamedAndTheOthersCount() {
        JudgmentFile file = read(row("m", 81, 1, "10")
                + "garbage\n"
                + "{\"question_id\": 82, \"judge\": [\"gpt-4\", \"single-v1\"], \"score\": 3, \"turn\": 1}\n"
                + row("m", 83, 1, "\"9\"").replace("[[\"9\"]]", "[[9]]")
                + row("m", 84, 3, "9")
                + "{\"question_id\": 85, \"model\": \"m\", \"judge\": [\"gpt-4\", \"single-v1\"], \"score\": NaN, \"turn\": 1}\n"
                + "{\"question_id\": \"86\", \"model\": \"m\", \"judge\": [\"gpt-4\", \"single-v1-multi-turn\"], \"judgment\": \"[[4]]\"}\n"
                + "{\"question_id\": 87, \"model\": \"m\", \"judge\": 4, \"score\": 3, \"turn\": 1}\n");
        assertThat(file.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(
                        tuple(2, Kind.NOT_JSON),
                        tuple(3, Kind.MISSING_FIELD),
                        tuple(4, Kind.WRONG_TYPE),
                        tuple(5, Kind.BAD_VALUE),
                        tuple(6, Kind.BAD_VALUE),
                        tuple(8, Kind.WRONG_TYPE));
        assertThat(file.single()).extracting(Judgment::score).containsExactly(10.0, 4.0);
        assertThat(file.single().getLast().turn()).isEqualTo(2);
    }

    @Test
    void aScoreThatItsReplyDoesNotSayIsNamed() {
        JudgmentFile file = read(row("m", 81, 1, "10").replace("[[10]]", "[[1]]") + row("m", 82, 1, "3"));
        assertThat(file.differing()).containsExactly(1);
    }

    @Test
    void linesThatAreWrittenAreReadBack() {
        JudgeRequest request =
                new JudgeRequest(81, 2, "m", Optional.empty(), "single-v1-multi-turn", "[[rating]]", "s", "u \u00fc");
        Judgment judgment = Judgment.of(request, "judge", "good: [[7.5]]", 12.5);
        assertThat(judgment.line())
                .isEqualTo(
                        "{\"question_id\": 81, \"model\": \"m\", \"judge\": [\"judge\", \"single-v1-multi-turn\"], "
                                + "\"user_prompt\": \"u \\u00fc\", \"judgment\": \"good: [[7.5]]\", \"score\": 7.5, \"turn\": 2, \"tstamp\": 12.5}");
        assertThat(read(judgment.line()).single()).containsExactly(judgment);
        assertThat(Judgment.of(request, "judge", "$ERROR$", 0).line()).contains("\"score\": -1,");
        assertThat(MtBenchScore.label(List.of(judgment))).contains("1 of 160");
    }

    @Test
    void aWholeRunUnderAnotherJudgeIsNotComparable() {
        List<Judgment> whole = new ArrayList<>();
        for (long question = 81; question <= 160; question++) {
            for (int turn = 1; turn <= 2; turn++) {
                whole.add(new Judgment(question, "m", "local", "single-v1", "", "", 5, turn, 0));
            }
        }
        assertThat(MtBenchScore.label(whole)).startsWith("score under local").contains("not comparable");
    }

    @Test
    void pairsCountInBothOrders() {
        String line =
                "{\"question_id\": 81, \"model_1\": \"a\", \"model_2\": \"b\", \"judge\": [\"gpt-4\", \"pair-v2\"], \"turn\": 1, ";
        JudgmentFile file = read(line + "\"g1_winner\": \"model_1\", \"g2_winner\": \"model_1\"}\n"
                + line.replace("81", "82") + "\"g1_winner\": \"model_1\", \"g2_winner\": \"model_2\"}\n"
                + line.replace("81", "83") + "\"g1_winner\": \"tie\", \"g2_winner\": \"model_2\"}\n"
                + line.replace("81", "84") + "\"g1_winner\": \"model_2\", \"g2_winner\": \"model_2\"}\n"
                + line.replace("81", "85") + "\"g1_winner\": \"error\", \"g2_winner\": \"model_2\"}\n"
                + line.replace("81", "86") + "\"g1_winner\": \"A\", \"g2_winner\": \"model_2\"}\n");
        assertThat(file.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(tuple(6, Kind.BAD_VALUE));
        List<PairScore> scores = PairScore.of(file.pairs(), Optional.empty());
        assertThat(scores).containsExactlyInAnyOrder(new PairScore("a", 1, 1, 2), new PairScore("b", 1, 1, 2));
        assertThat(scores.getFirst().adjustedWinRate()).isEqualTo(0.5);
        assertThat(scores.getFirst().winRate()).isEqualTo(0.25);
        assertThat(PairScore.of(file.pairs(), Optional.of("b")))
                .extracting(PairScore::model)
                .containsExactly("a");
        assertThat(PairScore.of(file.pairs(), Optional.of("c"))).isEmpty();
    }
}
