package io.finemesh.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PromptTemplateTest {
    private static final Conversation ONE_QUESTION = Conversation.of(Turn.user("1 + 2?"), Turn.assistant("#### 3"));
    private static final Conversation TWO_QUESTIONS = Conversation.of(
            Turn.system("Be brief."), Turn.user("u1"), Turn.assistant("a1"), Turn.user("u2"), Turn.assistant("a2"));
    private static final String PREAMBLE = "Below is an instruction that describes a task. Write a response that "
            + "appropriately completes the request.";

    /** Labelled stretches in brackets, the end-of-text token as EOT. */
    private static String shown(List<PromptSegment> segments) {
        return segments.stream()
                .map(segment -> {
                    String text =
                            switch (segment) {
                                case PromptSegment.Text words -> words.text();
                                case PromptSegment.Control control -> control.token();
                                case PromptSegment.EndOfText _ -> "EOT";
                            };
                    return segment.labelled() ? "[" + text + "]" : text;
                })
                .collect(Collectors.joining());
    }

    @Test
    void plainIsWordsOnly() {
        assertThat(shown(PromptTemplate.PLAIN.render(ONE_QUESTION))).isEqualTo("1 + 2?[ #### 3][EOT]");
        assertThat(shown(PromptTemplate.PLAIN.render(TWO_QUESTIONS))).isEqualTo("Be brief. u1[ a1][EOT]u2[ a2][EOT]");
        assertThat(shown(PromptTemplate.PLAIN.render(Conversation.of(Turn.assistant("Once")))))
                .isEqualTo("[Once][EOT]");
        assertThat(shown(PromptTemplate.PLAIN.renderPrompt(Conversation.of(Turn.user("1 + 2?")))))
                .isEqualTo("1 + 2?");
    }

    @Test
    void alpacaIsTheStanfordPrompt() {
        assertThat(shown(PromptTemplate.ALPACA.render(ONE_QUESTION)))
                .isEqualTo(PREAMBLE + "\n\n### Instruction:\n1 + 2?\n\n### Response:[#### 3][EOT]");
        assertThat(shown(PromptTemplate.ALPACA.render(TWO_QUESTIONS)))
                .isEqualTo("Be brief.\n\n### Instruction:\nu1\n\n### Response:[a1][EOT]"
                        + "\n\n### Instruction:\nu2\n\n### Response:[a2][EOT]");
        assertThat(shown(PromptTemplate.ALPACA.render(Conversation.of(Turn.assistant("Once")))))
                .isEqualTo(PREAMBLE + "\n\n### Response:[Once][EOT]");
        assertThat(shown(PromptTemplate.ALPACA.render(
                        Conversation.of(Turn.system("Be brief."), Turn.assistant("Hello")))))
                .isEqualTo("Be brief.\n\n### Response:[Hello][EOT]");
    }

    @Test
    void alpacaRendersAQuestionAsOneText() {
        assertThat(PromptTemplate.ALPACA.renderPrompt(Conversation.of(Turn.user("Hi"))))
                .hasSize(1);
    }

    @Test
    void chatmlMarksTurns() {
        assertThat(shown(PromptTemplate.CHATML.render(TWO_QUESTIONS)))
                .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nu1<|im_end|>\n"
                        + "<|im_start|>assistant\n[a1][<|im_end|>]\n<|im_start|>user\nu2<|im_end|>\n"
                        + "<|im_start|>assistant\n[a2][<|im_end|>]\n");
        assertThat(shown(PromptTemplate.CHATML.renderPrompt(Conversation.of(Turn.user("u1")))))
                .isEqualTo("<|im_start|>user\nu1<|im_end|>\n<|im_start|>assistant\n");
    }

    @ParameterizedTest
    @EnumSource(PromptTemplate.class)
    void aPromptIsAPrefixOfWhatIsTrainedOn(PromptTemplate template) {
        long seed = 0x5eed_0012L;
        SplittableRandom random = new SplittableRandom(seed);
        for (int trial = 0; trial < 200; trial++) {
            Conversation question = Conversations.random(random, false);
            Conversation answered = Conversations.followedBy(question, Turn.assistant("the answer"));
            List<PromptSegment> prompt = template.renderPrompt(question);
            List<PromptSegment> whole = template.render(answered);
            String facts = "seed %d, trial %d: %s".formatted(seed, trial, question);
            assertThat(whole.subList(0, prompt.size())).as(facts).isEqualTo(prompt);
            assertThat(whole.get(prompt.size()).labelled()).as(facts).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(PromptTemplate.class)
    void onlyAssistantsAreLabelled(PromptTemplate template) {
        assertThat(template.render(Conversation.of(Turn.system("s"), Turn.user("u"), Turn.user("v"))))
                .noneMatch(PromptSegment::labelled);
    }

    @ParameterizedTest
    @EnumSource(PromptTemplate.class)
    void aPromptDoesNotEndWithTheAnswer(PromptTemplate template) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template.renderPrompt(ONE_QUESTION))
                .withMessageContaining("the assistant has spoken last");
    }

    @Test
    void alpacaHasASectionForAnInputAndOthersJoinIt() {
        Turn question = new Turn(Role.USER, "Add.", "1, 2", List.of());

        assertThat(shown(PromptTemplate.ALPACA.renderPrompt(Conversation.of(question))))
                .startsWith(
                        "Below is an instruction that describes a task, paired with an input that provides further context. Write")
                .endsWith("\n\n### Instruction:\nAdd.\n\n### Input:\n1, 2\n\n### Response:");
        assertThat(shown(PromptTemplate.PLAIN.renderPrompt(Conversation.of(question))))
                .isEqualTo("Add.\n1, 2");
        assertThat(shown(PromptTemplate.CHATML.renderPrompt(Conversation.of(question))))
                .contains("user\nAdd.\n1, 2");
    }

    @Test
    void aSystemTurnComesFirstOrNotAtAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversation.of(Turn.user("u"), Turn.system("s")))
                .withMessageContaining("turn 1 is a system turn");
        assertThatIllegalArgumentException().isThrownBy(Conversation::of);
    }

    /** The first prompt of real Alpaca data, rendered by the reference. */
    @Test
    void alpacaAgreesWithTheReferenceOnRealData() throws IOException {
        ObjectMapper json = new ObjectMapper();
        String expected = json.readTree(SharedFolder.require("golden/sft.json").toFile())
                .at("/alpaca_en_demo/first_prompt")
                .asText();
        String instruction = json.readTree(
                        SharedFolder.require("data/sft/alpaca_en_demo.json").toFile())
                .at("/0/instruction")
                .asText();
        assertThat(shown(PromptTemplate.ALPACA.renderPrompt(Conversation.of(Turn.user(instruction)))))
                .isEqualTo(expected);
    }
}
