package io.finemesh.score.task;

import java.util.Arrays;

/**
 * Room for a prompt: what the model can see less the longest answer. A longer prompt loses its beginning.
 *
 * @param positions tokens that the model can see
 * @param longest most new tokens
 */
public record ContextWindow(int positions, int longest) {
    public ContextWindow {
        if (positions <= longest) {
            throw new TaskException(
                    TaskException.Reason.CONTEXT_TOO_SHORT,
                    "the model sees " + positions + " tokens and the answer may take " + longest
                            + ", which leaves none for the prompt; allow at most " + (positions - 1) + " new tokens");
        }
    }

    /** The last tokens of a prompt that fit; the prompt itself where it fits. */
    public int[] fit(int[] prompt) {
        int room = positions - longest;
        return prompt.length <= room ? prompt : Arrays.copyOfRange(prompt, prompt.length - room, prompt.length);
    }
}
