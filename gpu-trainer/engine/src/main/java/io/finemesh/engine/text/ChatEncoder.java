package io.finemesh.engine.text;

import io.finemesh.engine.text.PromptException.Reason;
import io.finemesh.template.ModelTemplate;
import io.finemesh.template.Rendering.Span;
import io.finemesh.template.failure.TemplateException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Encodes conversations with the model's own chat template: rendered once, cut into tokens once, as {@code apply_chat_template} of Hugging Face
 * transformers does; the template writes its own beginning of text. A token is labelled if it begins within what the assistant says, ends of turns
 * included (the template's {@code generation} blocks, or what a reply adds to the text, see {@link ModelTemplate} and {@link AnswerEnds}).
 *
 * <p>A special token is one only where the template wrote its name. Where a sample has such a name, or a part of one at an end, the conversation is
 * rendered a second time with a mark within it, and the text must come out the same apart from the marks; where it does not, the template looks at
 * what it writes, and the conversation is refused.
 */
final class ChatEncoder implements PromptEncoder {
    private static final Conversation PROBE = Conversation.of(Turn.user("a"), Turn.assistant("b"));

    private final Tokenizer tokenizer;
    private final ModelTemplate template;
    private final SpecialNames names;
    private final Set<Integer> specialTokens = new HashSet<>();
    private final Set<String> ends = new HashSet<>();

    ChatEncoder(Tokenizer tokenizer, ModelTemplate template) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.names = new SpecialNames(tokenizer.specialTokenNames());
        template.endOfText().ifPresent(ends::add);
        for (String name : tokenizer.specialTokenNames()) {
            int id = tokenizer.idOf(name).orElseThrow();
            specialTokens.add(id);
            if (tokenizer.endOfTextTokens().contains(id)) {
                ends.add(name);
            }
        }
    }

    @Override
    public EncodedText encode(Conversation conversation) {
        Written written = write(conversation, given -> {
            ModelTemplate.Conversation rendered = template.conversation(given.messages(), given.tools());
            return new Marked(rendered.text(), rendered.replies(), rendered.marked());
        });
        List<Span> answers = written.answers(ends);
        PlacedTokens placed = tokenizer.encode(written.text(), written.specials());
        boolean[] labelled = new boolean[placed.tokens().length];
        for (int token = 0; token < labelled.length; token++) {
            int start = placed.starts()[token];
            labelled[token] = answers.stream().anyMatch(answer -> start >= answer.start() && start < answer.end());
        }
        return new EncodedText(placed.tokens(), labelled);
    }

    @Override
    public int[] prompt(Conversation conversation) {
        conversation.requireQuestion();
        Written written = write(
                conversation, given -> new Marked(template.prompt(given.messages(), given.tools()), List.of(), true));
        return tokenizer.encode(written.text(), written.specials()).tokens();
    }

    /** The tokens that end a text, and the special tokens that the template ends an answer with. */
    @Override
    public Set<Integer> stopTokens() {
        Set<Integer> stops = new LinkedHashSet<>(tokenizer.endOfTextTokens());
        EncodedText answer;
        try {
            answer = encode(PROBE);
        } catch (PromptException refused) {
            // A template that does not take the simplest of conversations shows no end of turn.
            return stops;
        }
        for (int token = 0; token < answer.length(); token++) {
            if (answer.labelled()[token] && specialTokens.contains(answer.tokens()[token])) {
                stops.add(answer.tokens()[token]);
            }
        }
        return stops;
    }

    private Written write(Conversation conversation, Function<ChatMessages, Marked> render) {
        try {
            ChatMessages messages = ChatMessages.of(conversation);
            Marked plain = render.apply(messages);
            char mark = SpecialNames.markAbsentFrom(messages.toString());
            ChatMessages marked =
                    messages.with(said -> names.markedWithEdges(said, mark), other -> names.marked(other, mark));
            return marked.equals(messages) ? plain.written(names, mark) : written(plain, render.apply(marked), mark);
        } catch (TemplateException refused) {
            throw new PromptException(
                    Reason.REFUSED_CONVERSATION,
                    "the model's chat template does not take it: " + refused.getMessage(),
                    refused);
        }
    }

    private Written written(Marked plain, Marked marked, char mark) {
        Written written = marked.written(names, mark);
        if (!written.text().equals(plain.text())) {
            throw new PromptException(
                    Reason.REFUSED_CONVERSATION,
                    "it has the name of a special token in what is said, and the model's chat template writes other things"
                            + " depending on such names; take the names out, or choose another template");
        }
        return written;
    }

    /** A rendered text that may have marks; whether its replies are what the template itself says they are. */
    private record Marked(String text, List<Span> replies, boolean asTemplateSays) {
        Written written(SpecialNames names, char mark) {
            // Marks before each character and before the end.
            int[] marks = new int[text.length() + 1];
            for (int at = 0; at < text.length(); at++) {
                marks[at + 1] = marks[at] + (text.charAt(at) == mark ? 1 : 0);
            }
            return new Written(
                    text.replace(Character.toString(mark), ""),
                    names.in(text).stream()
                            .map(place -> new SpecialPlace(place.start() - marks[place.start()], place.token()))
                            .toList(),
                    replies.stream()
                            .map(span -> new Span(span.start() - marks[span.start()], span.end() - marks[span.end()]))
                            .toList(),
                    asTemplateSays);
        }
    }

    /** What is cut into tokens: the text, the special tokens the template wrote, and where the assistant speaks. */
    private record Written(String text, List<SpecialPlace> specials, List<Span> replies, boolean asTemplateSays) {
        List<Span> answers(Set<String> ends) {
            return asTemplateSays
                    ? replies
                    : replies.stream()
                            .map(new AnswerEnds(text, specials, ends)::of)
                            .toList();
        }
    }
}
