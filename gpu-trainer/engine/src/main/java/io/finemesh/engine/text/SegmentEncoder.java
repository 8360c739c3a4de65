package io.finemesh.engine.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Encodes conversations with one of the project's own templates: segment by segment, the tokenizer's prefix first. Segments are encoded on their own
 * (as LLaMA-Factory does), so a prompt's ids are a prefix of the ids of the same conversation with its answer, whatever the tokenizer merges; and a
 * user's text cannot become a special token.
 *
 * <p>Where a tokenizer begins every text with a space of its own, a segment's own leading space is left to it.
 */
final class SegmentEncoder implements PromptEncoder {
    private final Tokenizer tokenizer;
    private final PromptTemplate template;

    /**
     * @throws TokenizerException if the tokenizer lacks a token the template needs
     */
    SegmentEncoder(Tokenizer tokenizer, PromptTemplate template) {
        this.tokenizer = tokenizer;
        this.template = template;
        template.controlTokens().forEach(tokenizer::requiredIdOf);
    }

    @Override
    public EncodedText encode(Conversation conversation) {
        requireWordsOnly(conversation);
        return encode(template.render(conversation));
    }

    @Override
    public int[] prompt(Conversation conversation) {
        requireWordsOnly(conversation);
        return encode(template.renderPrompt(conversation)).tokens();
    }

    @Override
    public Set<Integer> stopTokens() {
        Set<Integer> stops = new LinkedHashSet<>(tokenizer.endOfTextTokens());
        template.endOfAnswer().forEach(token -> stops.add(tokenizer.requiredIdOf(token)));
        return stops;
    }

    private void requireWordsOnly(Conversation conversation) {
        if (conversation.hasTools()) {
            throw new PromptException(
                    PromptException.Reason.REFUSED_CONVERSATION,
                    "it has calls of tools, which template " + template.name().toLowerCase(Locale.ROOT)
                            + " cannot write down; choose template chat");
        }
    }

    private EncodedText encode(List<PromptSegment> segments) {
        List<int[]> pieces = new ArrayList<>();
        pieces.add(tokenizer.prefix());
        for (PromptSegment segment : segments) {
            pieces.add(
                    switch (segment) {
                        case PromptSegment.Text text -> words(text.text());
                        case PromptSegment.Control control -> new int[] {tokenizer.requiredIdOf(control.token())};
                        case PromptSegment.EndOfText _ -> new int[] {tokenizer.endOfText()};
                    });
        }
        int[] tokens = pieces.stream().flatMapToInt(Arrays::stream).toArray();
        boolean[] labelled = new boolean[tokens.length];
        int start = pieces.getFirst().length;
        for (int i = 0; i < segments.size(); i++) {
            int end = start + pieces.get(i + 1).length;
            Arrays.fill(labelled, start, end, segments.get(i).labelled());
            start = end;
        }
        return new EncodedText(tokens, labelled);
    }

    private int[] words(String text) {
        boolean leaveSpace = tokenizer.addsLeadingSpace() && text.startsWith(" ");
        return tokenizer.encode(leaveSpace ? text.substring(1) : text);
    }
}
