package io.finemesh.engine.text;

import io.finemesh.template.Rendering.Span;
import java.util.List;
import java.util.Set;

/**
 * Where an answer ends: with the first token after its words that ends a text, as that is where a model stops. What a template writes beyond it, as some do
 * after every conversation, is nobody's; and where an answer's place ends before that token, with nothing but white space and special tokens between
 * them, the token belongs to it, so that the model learns to stop.
 *
 * @param specials special tokens of the text, in order
 * @param ends names of those that end a text
 */
record AnswerEnds(String text, List<SpecialPlace> specials, Set<String> ends) {
    Span of(Span answer) {
        int reached = answer.end();
        for (SpecialPlace special : specials) {
            if (special.start() < answer.start()) {
                continue;
            }
            if (special.start() > reached
                    && !text.substring(reached, special.start()).isBlank()) {
                break;
            }
            if (ends.contains(special.token())) {
                return new Span(answer.start(), special.end());
            }
            reached = Math.max(reached, special.end());
        }
        return answer;
    }
}
