package io.finemesh.engine.text;

import io.finemesh.engine.text.PromptException.Reason;
import io.finemesh.template.ModelTemplate;
import io.finemesh.template.failure.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;

/**
 * Encodes conversations, for training and for asking, with one tokenizer and one way to write a conversation down. Names of special tokens in what
 * people and models say are words; only the template puts special tokens into a text.
 */
public sealed interface PromptEncoder permits SegmentEncoder, ChatEncoder {
    /** The day that templates are told. */
    Instant TEMPLATE_DATE = Instant.parse("2024-07-26T00:00:00Z");

    /**
     * With one of the project's own templates.
     *
     * @throws TokenizerException if the tokenizer lacks a token the template needs
     */
    static PromptEncoder of(Tokenizer tokenizer, PromptTemplate template) {
        return new SegmentEncoder(tokenizer, template);
    }

    /** With a chat template. */
    static PromptEncoder of(Tokenizer tokenizer, ModelTemplate template) {
        return new ChatEncoder(tokenizer, template);
    }

    /**
     * With the chat template among a model's files. Templates that ask for the date are told 26 July 2024, which is what Llama's own fall back to:
     * a run must come out the same whenever it is done again.
     *
     * @param configuration tokenizer_config.json
     * @param template chat_template.jinja, which comes first where there are both
     * @throws PromptException if there is none, or none that can be used
     */
    static PromptEncoder ofModel(Tokenizer tokenizer, Optional<Path> configuration, Optional<Path> template) {
        try {
            return of(
                    tokenizer,
                    ModelTemplate.read(configuration, template, Clock.fixed(TEMPLATE_DATE, ZoneOffset.UTC))
                            .orElseThrow(
                                    () -> new PromptException(
                                            Reason.NO_TEMPLATE,
                                            "the model has no chat template of its own, neither "
                                                    + ModelTemplate.TEMPLATE
                                                    + " nor chat_template in " + ModelTemplate.CONFIGURATION
                                                    + "; choose template plain, alpaca or chatml, or import the model with one")));
        } catch (TemplateException broken) {
            throw new PromptException(
                    Reason.BROKEN_TEMPLATE, "the model's chat template cannot be used: " + broken.getMessage(), broken);
        } catch (IOException unreadable) {
            throw new PromptException(
                    Reason.BROKEN_TEMPLATE,
                    "the model's chat template cannot be read: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    /**
     * The whole conversation with its labels.
     *
     * @throws PromptException if the template cannot write it down
     */
    EncodedText encode(Conversation conversation);

    /**
     * Ids of the conversation up to where the assistant would speak next.
     *
     * @throws PromptException if the template cannot write it down
     * @throws IllegalArgumentException if the last turn is the assistant's
     */
    int[] prompt(Conversation conversation);

    /** Tokens at which generation of an answer stops. */
    Set<Integer> stopTokens();
}
