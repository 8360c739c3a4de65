package io.finemesh.engine.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a conversation becomes text. Each template is a fixed sequence of segments per turn, so the rendering of a prompt is by construction a
 * prefix of the rendering of the same conversation with its answer: what a model is asked with is what it was trained on.
 *
 * <p>Assistant content and the token that ends it are labelled, all else is not.
 */
public enum PromptTemplate {
    /**
     * Words and nothing else. Turns follow each other directly; a turn that follows a user or system turn has one space before it, which belongs to it
     * (where it is an assistant turn, the space is what the model learns to say first, as byte-level tokenizers have it in the token). Each
     * assistant turn ends with the end-of-text token.
     */
    PLAIN {
        @Override
        void render(Turn turn, Turn previous, List<PromptSegment> segments) {
            String space = previous == null || previous.role() == Role.ASSISTANT ? "" : " ";
            boolean assistant = turn.role() == Role.ASSISTANT;
            segments.add(new PromptSegment.Text(space + turn.words(), assistant));
            if (assistant) {
                segments.add(new PromptSegment.EndOfText(true));
            }
        }

        @Override
        void openAnswer(Turn previous, List<PromptSegment> segments) {
            // Nothing: the answer begins with its own space.
        }
    },

    /**
     * The prompts of Stanford Alpaca ({@code train.py}, {@code prompt_input} where the data keeps an input apart from the instruction, else
     * {@code prompt_no_input}), byte for byte; the answer follows the colon directly and ends with the end-of-text token. Deviations: a system turn
     * takes the place of the first sentences; later questions begin with two line breaks and {@code ### Instruction:}. LLaMA-Factory's template of the same name has a line break after {@code ### Response:}, this one and
     * Stanford's have not.
     */
    ALPACA {
        @Override
        void render(Turn turn, Turn previous, List<PromptSegment> segments) {
            switch (turn.role()) {
                case SYSTEM -> segments.add(new PromptSegment.Text(turn.content(), false));
                case USER -> {
                    String input = turn.input();
                    String opening = previous != null ? "" : input.isEmpty() ? ALPACA_PREAMBLE : ALPACA_INPUT_PREAMBLE;
                    String section = input.isEmpty() ? "" : "\n\n### Input:\n" + input;
                    segments.add(new PromptSegment.Text(
                            opening + "\n\n### Instruction:\n" + turn.content() + section + ALPACA_RESPONSE, false));
                }
                case TOOL -> throw toolTurn();
                case ASSISTANT -> {
                    openAnswer(previous, segments);
                    segments.add(new PromptSegment.Text(turn.content(), true));
                    segments.add(new PromptSegment.EndOfText(true));
                }
            }
        }

        @Override
        void openAnswer(Turn previous, List<PromptSegment> segments) {
            if (previous == null) {
                segments.add(new PromptSegment.Text(ALPACA_PREAMBLE + ALPACA_RESPONSE, false));
            } else if (previous.role() != Role.USER) {
                segments.add(new PromptSegment.Text(ALPACA_RESPONSE, false));
            }
            // A question has opened its answer already: both are one text, so that words merge as they do in the
            // original.
        }
    },

    /**
     * {@code <|im_start|>role\ncontent<|im_end|>\n} for each turn, no default system turn. Needs both markers among the tokenizer's special
     * tokens. The end marker of an assistant turn is labelled, the line break after it is not.
     */
    CHATML {
        @Override
        void render(Turn turn, Turn previous, List<PromptSegment> segments) {
            boolean assistant = turn.role() == Role.ASSISTANT;
            if (assistant) {
                openAnswer(previous, segments);
                segments.add(new PromptSegment.Text(turn.content(), true));
            } else {
                segments.add(new PromptSegment.Control(CHATML_START, false));
                segments.add(new PromptSegment.Text(turn.role().wireName() + "\n" + turn.words(), false));
            }
            segments.add(new PromptSegment.Control(CHATML_END, assistant));
            segments.add(new PromptSegment.Text("\n", false));
        }

        @Override
        void openAnswer(Turn previous, List<PromptSegment> segments) {
            segments.add(new PromptSegment.Control(CHATML_START, false));
            segments.add(new PromptSegment.Text(Role.ASSISTANT.wireName() + "\n", false));
        }

        @Override
        public Set<String> controlTokens() {
            return Set.of(CHATML_START, CHATML_END);
        }

        @Override
        public Set<String> endOfAnswer() {
            return Set.of(CHATML_END);
        }
    };

    private static final String ALPACA_PREAMBLE = "Below is an instruction that describes a task. "
            + "Write a response that appropriately completes the request.";
    private static final String ALPACA_INPUT_PREAMBLE =
            "Below is an instruction that describes a task, paired with an input that"
                    + " provides further context. Write a response that appropriately completes the request.";
    private static final String ALPACA_RESPONSE = "\n\n### Response:";
    private static final String CHATML_START = "<|im_start|>";
    private static final String CHATML_END = "<|im_end|>";

    private static IllegalArgumentException toolTurn() {
        return new IllegalArgumentException("a tool's turn can be written down by a chat template only");
    }

    /**
     * The whole conversation, as trained on.
     *
     * @throws IllegalArgumentException if a tool takes a turn
     */
    public List<PromptSegment> render(Conversation conversation) {
        List<PromptSegment> segments = new ArrayList<>();
        Turn previous = null;
        for (Turn turn : conversation.turns()) {
            if (turn.role() == Role.TOOL) {
                throw toolTurn();
            }
            render(turn, previous, segments);
            previous = turn;
        }
        return List.copyOf(segments);
    }

    /**
     * The conversation up to where the assistant would speak next.
     *
     * @throws IllegalArgumentException if the last turn is the assistant's
     */
    public List<PromptSegment> renderPrompt(Conversation conversation) {
        conversation.requireQuestion();
        List<PromptSegment> segments = new ArrayList<>(render(conversation));
        openAnswer(conversation.turns().getLast(), segments);
        return List.copyOf(segments);
    }

    /** Names of the special tokens the template needs. */
    public Set<String> controlTokens() {
        return Set.of();
    }

    /** Names of special tokens that end an answer, besides the model's end-of-text tokens. */
    public Set<String> endOfAnswer() {
        return Set.of();
    }

    /** Adds one turn. @param previous the turn before it, or null */
    abstract void render(Turn turn, Turn previous, List<PromptSegment> segments);

    /** Adds what stands between a turn and the answer after it. @param previous the turn, or null where the answer comes first */
    abstract void openAnswer(Turn previous, List<PromptSegment> segments);
}
