package io.finemesh.engine.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;

/** A sequence as it grows: its prompt, what was said so far, and whether it may go on. */
final class Continuation {
    private final GenerationLimits limits;
    private final Sampling sampling;
    private final TokenChoice choice;
    private final Optional<Tokenizer> tokenizer;
    private final int promptLength;
    private final BitSet seen = new BitSet();
    private int[] tokens; // prompt and continuation
    private Generation.Stop stop;
    private Optional<String> text = Optional.empty(); // once known to be cut

    Continuation(int[] prompt, GenerationLimits limits, Sampling sampling, long seed, Optional<Tokenizer> tokenizer) {
        this.limits = limits;
        this.sampling = sampling;
        this.choice = new TokenChoice(sampling, seed);
        this.tokenizer = tokenizer;
        this.promptLength = prompt.length;
        this.tokens = prompt;
        Arrays.stream(prompt).forEach(seen::set);
    }

    /** Prompt and continuation so far. */
    int[] tokens() {
        return tokens;
    }

    /** Most tokens it may have. */
    int longest() {
        return promptLength + limits.maxNewTokens();
    }

    /** Whether the next token is the one with the largest logit, whatever was said before. */
    boolean choosesByLargestLogit() {
        return sampling.isGreedy() && sampling.repetitionPenalty() == 1;
    }

    /** The next token, unless logits off by the tolerance could give another; the logits are used up. */
    OptionalInt choice(float[] logits, double tolerance) {
        return choice.certain(logits, seen, said(), tolerance);
    }

    /** The next token by logits that were computed alone; these are used up. */
    int exactChoice(float[] logits) {
        return choice.exact(logits, seen, said());
    }

    private int said() {
        return tokens.length - promptLength;
    }

    /** Takes the next token. @return whether there may be more */
    boolean accept(int token) {
        if (limits.stopTokens().contains(token)) {
            stop = Generation.Stop.STOP_TOKEN;
            return false;
        }
        tokens = Arrays.copyOf(tokens, tokens.length + 1);
        tokens[tokens.length - 1] = token;
        seen.set(token);
        if (!limits.stopStrings().isEmpty() && runsIntoStopString()) {
            stop = Generation.Stop.STOP_STRING;
            return false;
        }
        if (said() == limits.maxNewTokens()) {
            stop = Generation.Stop.MAX_NEW_TOKENS;
            return false;
        }
        return true;
    }

    /** Looks for the first place of any stop string in the text, and cuts text and tokens there. */
    private boolean runsIntoStopString() {
        String all = decoded(tokens.length);
        int first = limits.stopStrings().stream()
                .mapToInt(all::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
        if (first < 0) {
            return false;
        }
        text = Optional.of(all.substring(0, first));
        int end = tokens.length;
        while (end > promptLength && !text.get().startsWith(decoded(end))) {
            end--;
        }
        tokens = Arrays.copyOf(tokens, end);
        return true;
    }

    private String decoded(int end) {
        return tokenizer.orElseThrow().decode(Arrays.copyOfRange(tokens, promptLength, end));
    }

    /** What came out. */
    Generation result(int droppedPromptTokens) {
        int[] said = Arrays.copyOfRange(tokens, promptLength, tokens.length);
        Optional<String> whole = text.isPresent() ? text : tokenizer.map(words -> words.decode(said));
        return new Generation(said, whole, stop, droppedPromptTokens);
    }
}
