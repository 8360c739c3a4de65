package io.finemesh.evaluator.answer;

import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Generation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.Sampling;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.engine.text.Turn;
import io.finemesh.score.mtbench.AnswerText;
import io.finemesh.score.mtbench.Category;
import io.finemesh.score.mtbench.Question;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Answers open questions with the weights in memory, on the thread that computes; decoder and tokenizer stay the caller's. An answer is drawn with seed 0, that of FastChat's first choice; which words that gives
 * differs from torch's, whose generator is another.
 */
public final class EngineTurns implements TurnWriter {
    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final PromptEncoder prompts;
    private final int together;

    /**
     * @param prompts how a conversation becomes tokens
     * @param together questions answered together
     */
    public EngineTurns(Decoder decoder, Tokenizer tokenizer, PromptEncoder prompts, int together) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.prompts = prompts;
        this.together = together;
    }

    @Override
    public int together() {
        return together;
    }

    @Override
    public <E extends Exception> void write(SortedMap<Integer, Question> questions, int longest, Written<E> written)
            throws E, InterruptedException {
        SortedMap<Integer, List<String>> said = new TreeMap<>();
        questions.keySet().forEach(id -> said.put(id, new ArrayList<>()));
        int turns = questions.values().stream()
                .mapToInt(question -> question.turns().size())
                .max()
                .orElse(0);
        for (int turn = 0; turn < turns; turn++) {
            int now = turn;
            // Those of one temperature are drawn together.
            Map<Double, List<Integer>> byTemperature = new TreeMap<>();
            questions.forEach((id, question) -> {
                if (now < question.turns().size()) {
                    byTemperature
                            .computeIfAbsent(temperature(question), _ -> new ArrayList<>())
                            .add(id);
                }
            });
            byTemperature.forEach((temperature, same) -> reply(questions, same, temperature, longest, said));
        }
        written.take(said);
    }

    /** At which temperature a question is answered; 0 takes the likeliest token. */
    static double temperature(Question question) {
        return Category.greedy(question.category()) ? 0 : Category.temperature(question.category());
    }

    private void reply(
            SortedMap<Integer, Question> questions,
            List<Integer> ids,
            double temperature,
            int longest,
            SortedMap<Integer, List<String>> said) {
        Set<Integer> ends = new LinkedHashSet<>(tokenizer.endOfTextTokens());
        ends.addAll(prompts.stopTokens());
        List<int[]> asked = ids.stream()
                .map(id -> prompts.prompt(conversation(questions.get(id), said.get(id))))
                .toList();
        List<Generation> replies = new Generator(decoder, tokenizer)
                .generate(
                        asked,
                        new GenerationLimits(longest, ends, together),
                        temperature == 0 ? Sampling.GREEDY : Sampling.atTemperature(temperature),
                        new long[asked.size()]);
        for (int index = 0; index < ids.size(); index++) {
            Generation generation = replies.get(index);
            String text = generation.text().orElseGet(() -> tokenizer.decode(generation.tokens()));
            said.get(ids.get(index)).add(AnswerText.of(text, List.of(), List.of()));
        }
    }

    /** What was said so far and what the user says next. */
    private static Conversation conversation(Question question, List<String> said) {
        List<Turn> turns = new ArrayList<>();
        for (int turn = 0; turn <= said.size(); turn++) {
            turns.add(new Turn(Role.USER, question.turns().get(turn)));
            if (turn < said.size()) {
                turns.add(new Turn(Role.ASSISTANT, said.get(turn)));
            }
        }
        return new Conversation(turns);
    }
}
