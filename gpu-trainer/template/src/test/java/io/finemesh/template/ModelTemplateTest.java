package io.finemesh.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.finemesh.template.ModelTemplate.Conversation;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTemplateTest {
    private static final String TURNS =
            "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>\n{% endfor %}";
    private static final String ASK = "{% if add_generation_prompt %}<|assistant|>{% endif %}";

    @TempDir
    Path directory;

    private static ArrayNode messages(String... turns) {
        ArrayNode messages = new ObjectMapper().createArrayNode();
        for (String turn : turns) {
            String[] parts = turn.split(":", 2);
            messages.addObject().put("role", parts[0]).put("content", parts[1]);
        }
        return messages;
    }

    private ModelTemplate template(String source) throws IOException {
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                new ObjectMapper()
                        .createObjectNode()
                        .put("bos_token", "<s>")
                        .put("chat_template", source)
                        .toString());
        return ModelTemplate.read(directory, ReferenceCasesTest.CLOCK).orElseThrow();
    }

    private static List<String> replies(Conversation conversation) {
        return conversation.replies().stream()
                .map(span -> conversation.text().substring(span.start(), span.end()))
                .toList();
    }

    @Test
    void repliesAreFoundByRenderingUpToThem() throws IOException {
        Conversation conversation = template(TURNS + ASK)
                .conversation(messages("user:a", "assistant:b", "user:c", "assistant: dd "), Optional.empty());

        assertThat(conversation.text())
                .isEqualTo("<s><|user|>a<|end|>\n<|assistant|>b<|end|>\n<|user|>c<|end|>\n<|assistant|> dd <|end|>\n");
        assertThat(replies(conversation)).containsExactly("b<|end|>", " dd <|end|>");
    }

    @Test
    void generationBlocksComeBeforeGuessing() throws IOException {
        String marked =
                "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}"
                        + "{% else %}{{ m.content }}{% endif %}{% endfor %}";

        assertThat(replies(template(marked).conversation(messages("user:a", "assistant:b"), Optional.empty())))
                .containsExactly("b");
    }

    @Test
    void aReplyIsWhatChangesWithItWhereTextsDoNotBeginWithEachOther() throws IOException {
        String endless = TURNS + "<|assistant|>";
        String thinking = "{% for m in messages %}<|{{ m.role }}|>{% if loop.last %}<think></think>{% endif %}"
                + "{{ m.content|trim }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|><think>{% endif %}";

        for (String template : List.of("{{ messages|length }}" + TURNS + ASK, endless, thinking)) {
            assertThat(replies(template(template)
                                    .conversation(
                                            messages("user:a", "assistant: b ", "user:c", "assistant:d"),
                                            Optional.empty()))
                            .getFirst())
                    .as(template)
                    .isIn("b", " b ");
        }
    }

    @Test
    void aReplyThatStandsTwiceInATextThatDoesNotHoldIsRefused() throws IOException {
        String rewriting = "{{ messages|length }}{{ messages[-1].content }}" + TURNS + ASK;

        assertThatThrownBy(() -> template(rewriting)
                        .conversation(messages("user:a", "assistant:b", "user:c", "assistant:d"), Optional.empty()))
                .isInstanceOfSatisfying(TemplateException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.NOT_PREFIX_STABLE))
                .hasMessageContaining("message 4")
                .hasMessageContaining("part at character 0");
    }

    @Test
    void thePromptEndsWhereTheAssistantBegins() throws IOException {
        assertThat(template(TURNS + ASK).prompt(messages("user:a"), Optional.empty()))
                .isEqualTo("<s><|user|>a<|end|>\n<|assistant|>");
    }

    @Test
    void theFileOfItsOwnComesFirstAndAListNeedsADefault() throws IOException {
        assertThat(ModelTemplate.read(directory, ReferenceCasesTest.CLOCK)).isEmpty();
        Path configuration = directory.resolve("tokenizer_config.json");
        Files.writeString(
                configuration,
                "{\"eos_token\":{\"content\":\"</s>\"},\"chat_template\":[{\"name\":\"tool_use\",\"template\":\"t\"},"
                        + "{\"name\":\"default\",\"template\":\"d{{ eos_token }}\"}]}");
        assertThat(ModelTemplate.read(directory, ReferenceCasesTest.CLOCK)
                        .orElseThrow()
                        .prompt(messages(), Optional.empty()))
                .isEqualTo("d</s>");
        Files.writeString(directory.resolve("chat_template.jinja"), "own{{ eos_token }}");
        assertThat(ModelTemplate.read(directory, ReferenceCasesTest.CLOCK)
                        .orElseThrow()
                        .prompt(messages(), Optional.empty()))
                .isEqualTo("own</s>");
        Files.delete(directory.resolve("chat_template.jinja"));
        Files.writeString(configuration, "{\"chat_template\":[{\"name\":\"tool_use\",\"template\":\"t\"}]}");
        assertThatThrownBy(() -> ModelTemplate.read(directory, ReferenceCasesTest.CLOCK))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("[tool_use]");
    }
}
