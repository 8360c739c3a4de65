package io.finemesh.engine.text;

/**
 * The continuation of one prompt.
 *
 * @param tokens generated ids, without the stop token
 * @param stop why it ended
 * @param droppedPromptTokens tokens cut from the beginning of the prompt to make room; 0 where it fitted
 */
public record Generation(int[] tokens, Stop stop, int droppedPromptTokens) {
    /** Why a continuation ended. */
    public enum Stop {
        /** The model said a stop token. */
        STOP_TOKEN,
        /** As many tokens as allowed were generated. */
        MAX_NEW_TOKENS
    }
}
