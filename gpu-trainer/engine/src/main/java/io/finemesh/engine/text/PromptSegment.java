package io.finemesh.engine.text;

import java.util.Objects;

/** A stretch of a rendered conversation that is encoded on its own, so that no token spans two of them. */
public sealed interface PromptSegment {
    /** Whether the model is trained to say it. */
    boolean labelled();

    /**
     * Words of people or of the template. Whatever they look like, they are encoded as words: a user who types an end-of-text token does not end
     * the text.
     */
    record Text(String text, boolean labelled) implements PromptSegment {
        public Text {
            Objects.requireNonNull(text, "text is null");
        }
    }

    /** A special token that the template calls by its name. */
    record Control(String token, boolean labelled) implements PromptSegment {
        public Control {
            Objects.requireNonNull(token, "token is null");
        }
    }

    /** The model's own end-of-text token, whatever its name. */
    record EndOfText(boolean labelled) implements PromptSegment {}
}
