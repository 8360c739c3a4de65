package io.finemesh.engine.data;

import io.finemesh.engine.text.EncodedText;
import java.util.Arrays;

/**
 * How much of a question and its answer is kept where both together are too long: the longer loses first, and where both are longer than half the room,
 * each keeps its part of it (LLaMA-Factory, {@code infer_seqlen}).
 *
 * @param question tokens kept, from its beginning
 * @param answer tokens kept, from its beginning
 */
record RoomShare(int question, int answer) {
    static RoomShare of(int question, int answer, int room) {
        int most;
        if (2L * answer < room) {
            most = room;
        } else if (2L * question < room) {
            most = room - question;
        } else if (answer == 0) {
            most = 0;
        } else {
            // In the reference's order of operations: another rounds to another number of tokens.
            most = (int) (room * (answer / ((double) question + answer)));
        }
        int kept = Math.min(most, answer);
        return new RoomShare(Math.min(Math.max(room - kept, 0), question), kept);
    }

    /** A sample in so many tokens at most: its questions and answers, one after the other, each share what is left. */
    static EncodedText cut(EncodedText sample, int room) {
        int[] tokens = new int[Math.min(room, sample.length())];
        boolean[] labelled = new boolean[tokens.length];
        int kept = 0;
        int start = 0;
        while (start < sample.length() && kept < room) {
            int answerStart = endOfRun(sample, start, false);
            int end = endOfRun(sample, answerStart, true);
            RoomShare share = of(answerStart - start, end - answerStart, room - kept);
            System.arraycopy(sample.tokens(), start, tokens, kept, share.question());
            kept += share.question();
            System.arraycopy(sample.tokens(), answerStart, tokens, kept, share.answer());
            Arrays.fill(labelled, kept, kept + share.answer(), true);
            kept += share.answer();
            start = end;
        }
        return new EncodedText(tokens, labelled).first(kept);
    }

    private static int endOfRun(EncodedText sample, int start, boolean labelled) {
        int end = start;
        while (end < sample.length() && sample.labelled()[end] == labelled) {
            end++;
        }
        return end;
    }
}
