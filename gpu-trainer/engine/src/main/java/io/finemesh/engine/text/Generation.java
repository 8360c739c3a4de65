package io.finemesh.engine.text;

import java.util.Optional;

/**
 * The continuation of one prompt.
 *
 * @param tokens generated ids, without the stop token; of those that make up a stop string, only the ones that lie wholly before it
 * @param text of the continuation, cut where a stop string begins; absent if the generator has no tokenizer
 * @param stop why it ended
 * @param droppedPromptTokens tokens cut from the beginning of the prompt to make room; 0 where it fitted
 */
public record Generation(int[] tokens, Optional<String> text, Stop stop, int droppedPromptTokens) {
    /** Why a continuation ended. */
    public enum Stop {
        /** The model said a stop token. */
        STOP_TOKEN,
        /** The text ran into a stop string. */
        STOP_STRING,
        /** As many tokens as allowed were generated. */
        MAX_NEW_TOKENS
    }
}
