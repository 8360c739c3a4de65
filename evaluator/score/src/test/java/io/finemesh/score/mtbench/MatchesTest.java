package io.finemesh.score.mtbench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.score.SharedData;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MatchesTest {
    private static final String PROMPTS = """
            {"name": "single-v1", "system_prompt": "s", "prompt_template": "Q {question} A {answer}", "output_format": "[[rating]]"}
            {"name": "single-math-v1", "system_prompt": "s", "prompt_template": "Q {question} R {ref_answer_1} A {answer}", "output_format": "[[rating]]"}
            {"name": "single-v1-multi-turn", "system_prompt": "s2", "prompt_template": "{question_1}|{answer_1}|{question_2}|{answer_2}", "output_format": "[[rating]]"}
            {"name": "single-math-v1-multi-turn", "system_prompt": "s2", "prompt_template": "{ref_answer_1}|{ref_answer_2}|{answer_1}|{answer_2}", "output_format": "[[rating]]"}
            {"name": "pair-v2", "system_prompt": "p", "prompt_template": "{question}: {answer_a} or {answer_b}", "output_format": "[[A]]"}
            """;

    private final List<RowProblem> problems = new ArrayList<>();

    private static Question question(long id, String category, String... turns) {
        return new Question(id, category, List.of(turns));
    }

    private static ModelAnswer answer(long question, String model, String... turns) {
        return new ModelAnswer(question, "id", model, List.of(List.of(turns)), 0);
    }

    private Matches matches(
            List<Question> questions, Map<String, Map<Long, ModelAnswer>> answers, Map<Long, ModelAnswer> references) {
        Map<String, JudgePrompt> prompts = JudgePrompt.read(PROMPTS.getBytes(UTF_8), problems::add);
        return new Matches(questions, answers, references, prompts, problems::add);
    }

    @Test
    void everyPublishedPromptIsRenderedAsTheJudgeSawIt() {
        List<Question> questions = Question.read(SharedData.bytes("data/mtbench/question.jsonl"), problems::add);
        Map<String, JudgePrompt> prompts =
                JudgePrompt.read(SharedData.bytes("data/mtbench/judge_prompts.jsonl"), problems::add);
        Map<Long, ModelAnswer> references =
                ModelAnswer.read(SharedData.bytes("data/mtbench/reference_answer/gpt-4.jsonl"), problems::add);
        Map<String, Map<Long, ModelAnswer>> answers = new LinkedHashMap<>();
        for (String model : List.of("mistral-orpo-mix", "mistral-orpo-trl", "gpt-3.5-turbo", "llama-13b")) {
            answers.put(
                    model,
                    ModelAnswer.read(SharedData.bytes("data/mtbench/model_answer/" + model + ".jsonl"), problems::add));
        }
        Matches matches = new Matches(questions, answers, references, prompts, problems::add);
        List<JudgeRequest> requests = matches.single(List.of("mistral-orpo-mix", "mistral-orpo-trl"));
        assertThat(problems).isEmpty();
        assertThat(requests).hasSize(320);
        Map<List<Object>, JudgeRequest> byKey = requests.stream()
                .collect(Collectors.toMap(
                        request -> List.of(request.model(), request.question(), request.prompt()), request -> request));
        List<Judgment> judgments = JudgmentFile.read(SharedData.bytes("data/mtbench/model_judgment/gpt-4_single.jsonl"))
                .single();
        Set<String> different = judgments.stream()
                .filter(judgment -> !byKey.get(List.of(judgment.model(), judgment.question(), judgment.prompt()))
                        .user()
                        .equals(judgment.user()))
                .map(judgment -> judgment.model() + " " + judgment.question())
                .collect(Collectors.toSet());
        assertThat(different).isEmpty();
        AnswerCheck check = AnswerCheck.of(judgments, answers);
        assertThat(check.checked()).isEqualTo(320);
        assertThat(check.other()).isEmpty();
        assertThat(check.unknown()).isEmpty();
        assertThat(check.unjudged())
                .hasSize(320)
                .allMatch(name -> name.startsWith("gpt-3.5-turbo") || name.startsWith("llama-13b"));
        assertThat(matches.againstBaseline(List.of("gpt-3.5-turbo", "llama-13b"), "gpt-3.5-turbo"))
                .hasSize(320);
        assertThat(matches.allPairs(List.copyOf(answers.keySet()))).hasSize(6 * 320);
        assertThat(problems).isEmpty();
    }

    @Test
    void bracesAndBackslashesInAnswersStay() {
        String hostile = "{question_2} {answer_2} %s $1 \\ \\n {} [[10]] " + "x".repeat(200_000);
        List<JudgeRequest> requests = matches(
                        List.of(question(81, "writing", "one", "two")),
                        Map.of("m", Map.of(81L, answer(81, "m", hostile, "second"))),
                        Map.of())
                .single(List.of("m"));
        assertThat(requests)
                .extracting(JudgeRequest::user)
                .containsExactly("Q one A " + hostile, "one|" + hostile + "|two|second");
        assertThat(requests).extracting(JudgeRequest::turn).containsExactly(1, 2);
    }

    @Test
    void referencesAreShownForReasoningMathAndCoding() {
        List<JudgeRequest> requests = matches(
                        List.of(question(111, "math", "one", "two"), question(81, "writing", "w")),
                        Map.of("m", Map.of(111L, answer(111, "m", "a", "b"), 81L, answer(81, "m", "c"))),
                        Map.of(111L, answer(111, "gpt-4", "r1", "r2")))
                .single(List.of("m"));
        assertThat(problems).isEmpty();
        assertThat(requests).extracting(JudgeRequest::user).containsExactly("Q w A c", "Q one R r1 A a", "r1|r2|a|b");
    }

    @Test
    void missingAnswersAndReferencesAreNamedAndTheRestIsJudged() {
        List<JudgeRequest> requests = matches(
                        List.of(
                                question(111, "math", "one", "two"),
                                question(81, "writing", "w", "v"),
                                question(82, "writing", "x", "y", "z")),
                        Map.of(
                                "m",
                                Map.of(
                                        111L,
                                        answer(111, "m", "a", "b"),
                                        81L,
                                        answer(81, "m", "c"),
                                        82L,
                                        answer(82, "m", "d", "e", "f"))),
                        Map.of())
                .single(List.of("m", "n"));
        assertThat(requests).extracting(JudgeRequest::user).containsExactly("Q w A c", "Q x A d");
        assertThat(problems).allMatch(problem -> problem.kind() == Kind.INCOMPLETE);
        assertThat(problems)
                .extracting(RowProblem::message)
                .anyMatch(message -> message.contains("question 111 has no reference answer for turn 1"))
                .anyMatch(message -> message.contains("question 81 has no answer of m for turn 2"))
                .anyMatch(message -> message.contains("question 81 has no answer of n for turn 1"));
    }

    @Test
    void pairsAreAskedInBothOrdersAndMissingPromptsNamed() {
        Map<String, Map<Long, ModelAnswer>> answers =
                Map.of("m", Map.of(81L, answer(81, "m", "c")), "n", Map.of(81L, answer(81, "n", "d")));
        List<JudgeRequest> requests = matches(List.of(question(81, "writing", "w")), answers, Map.of())
                .allPairs(List.of("m", "n"));
        assertThat(requests).extracting(JudgeRequest::user).containsExactly("w: c or d", "w: d or c");
        assertThat(problems).extracting(RowProblem::message).anyMatch(message -> message.contains("\"pair-math-v1\""));
        PairJudgment judgment = PairJudgment.of(requests.getFirst(), "j", "[[A]]", "[[B]]");
        assertThat(judgment.outcome()).isEqualTo(PairJudgment.Outcome.FIRST_WINS);
        assertThat(JudgmentFile.read(
                                judgment.line("u", "[[A]]", "v", "[[B]]", 1).getBytes(UTF_8))
                        .pairs())
                .containsExactly(judgment);
        assertThat(PairJudgment.of(requests.getFirst(), "j", "[[A]]", "[[A]]").outcome())
                .isEqualTo(PairJudgment.Outcome.TIE);
        assertThat(PairJudgment.of(requests.getFirst(), "j", "", "[[A]]").outcome())
                .isEqualTo(PairJudgment.Outcome.ERROR);
    }

    @Test
    void answersAreGeneratedByCategoryAndCutAsTheReferenceCuts() {
        assertThat(Category.temperature("writing")).isEqualTo(0.7);
        assertThat(Category.temperature("stem")).isEqualTo(0.1);
        assertThat(Category.greedy("math")).isTrue();
        assertThat(Category.greedy("something else")).isFalse();
        assertThat(AnswerText.cut(new int[] {5, 6, 2, 7}, Set.of(2))).containsExactly(5, 6);
        assertThat(AnswerText.of("###a ### b</s>", List.of("###"), List.of("</s>")))
                .isEqualTo("###a ### b");
        assertThat(AnswerText.of(" a</s> ### b ", List.of("###", "b"), List.of("</s>", "")))
                .isEqualTo("a");
    }

    @Test
    void answerFilesKeepTheLastAnswerAndNameTheOthers() {
        String file = answer(82, "m", "x").line() + "\n"
                + answer(81, "m", "old").line() + "\n" + answer(81, "m", "new").line()
                + "\n{\"question_id\": 83, \"model_id\": \"m\", \"choices\": [{\"turns\": [4]}]}\n{\"question_id\": 84, \"model_id\": \"m\"}\n";
        Map<Long, ModelAnswer> answers = ModelAnswer.read(file.getBytes(UTF_8), problems::add);
        assertThat(answers.get(81L).turn(0)).contains("new");
        assertThat(answers.get(81L).turn(1)).isEmpty();
        assertThat(problems).extracting(RowProblem::line).containsExactly(3, 4, 5);
        assertThat(problems)
                .extracting(RowProblem::kind)
                .containsExactly(Kind.DUPLICATE, Kind.WRONG_TYPE, Kind.MISSING_FIELD);
        assertThat(ModelAnswer.file(answers.values()))
                .startsWith("{\"question_id\": 81")
                .contains("\"new\"")
                .hasLineCount(2);
    }

    @Test
    void templatesWithLooseBracesAreNamedByLine() {
        Map<String, JudgePrompt> prompts = JudgePrompt.read(
                "{\"name\": \"a\", \"system_prompt\": \"\", \"prompt_template\": \"{x\", \"output_format\": \"[[A]]\"}\n{\"name\": \"b\", \"system_prompt\": \"\", \"prompt_template\": \"\", \"output_format\": \"number\"}"
                        .getBytes(UTF_8),
                problems::add);
        assertThat(prompts).isEmpty();
        assertThat(problems).extracting(RowProblem::kind).containsExactly(Kind.BAD_VALUE, Kind.BAD_VALUE);
    }
}
