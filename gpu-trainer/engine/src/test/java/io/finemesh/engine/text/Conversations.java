package io.finemesh.engine.text;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Conversations made up for property tests. */
public final class Conversations {
    private static final List<String> WORDS = List.of(
            "hello", " the", "\n", "<|im_end|>", "</s>", "<s>", "é", "日本", "7", " ", "{x}", "$1", "### Response:", "a");

    private Conversations() {}

    /** A conversation of a few turns. @param endsWithAssistant whether the last turn is an answer; else it is a question */
    public static Conversation random(SplittableRandom random, boolean endsWithAssistant) {
        List<Turn> turns = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            turns.add(Turn.system(words(random)));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            turns.add(new Turn(random.nextBoolean() ? Role.USER : Role.ASSISTANT, words(random)));
        }
        turns.add(new Turn(endsWithAssistant ? Role.ASSISTANT : Role.USER, words(random)));
        return new Conversation(turns);
    }

    /** The conversation with one more turn. */
    public static Conversation followedBy(Conversation conversation, Turn turn) {
        List<Turn> turns = new ArrayList<>(conversation.turns());
        turns.add(turn);
        return new Conversation(turns);
    }

    private static String words(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return text.toString();
    }
}
