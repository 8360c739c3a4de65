package io.finemesh.engine.data;

import io.finemesh.engine.text.EncodedText;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Samples made up for property tests; no two tokens of a set are equal, so that each can be traced. */
final class Samples {
    private Samples() {}

    /** Samples of 2 to {@code longest} tokens, each with at least one to predict. */
    static List<EncodedText> random(SplittableRandom random, int count, int longest) {
        List<EncodedText> samples = new ArrayList<>();
        int token = 0;
        for (int i = 0; i < count; i++) {
            int[] tokens = new int[random.nextInt(2, longest + 1)];
            boolean[] labelled = new boolean[tokens.length];
            for (int t = 0; t < tokens.length; t++) {
                tokens[t] = token++;
                labelled[t] = random.nextBoolean();
            }
            labelled[tokens.length - 1] = true;
            samples.add(new EncodedText(tokens, labelled));
        }
        return samples;
    }
}
