package io.finemesh.evaluator.answer;

import io.finemesh.engine.data.LongSamples;
import io.finemesh.engine.data.PackedBatch;
import io.finemesh.engine.data.SampleEncoder;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.loss.EvaluationReport;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.EncodedText;
import io.finemesh.engine.text.Generation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.engine.text.Turn;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.score.task.Completion;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Prompt;
import io.finemesh.score.task.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Answers with the weights in memory. Runs on the compute thread; the decoder and the tokenizer stay the caller's. */
public final class EngineAnswerer implements Answerer {
    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final PromptEncoder prompts;
    private final int cutoff;
    private final LongSamples longSamples;
    private final int generationBatch;
    private final int tokensPerRow;

    /**
     * @param prompts how a conversation becomes tokens, as in training
     * @param cutoff tokens of a conversation whose loss is taken
     * @param longSamples what happens to longer ones
     * @param generationBatch sequences generated together
     * @param tokensPerRow tokens of a packed row
     */
    public EngineAnswerer(
            Decoder decoder,
            Tokenizer tokenizer,
            PromptEncoder prompts,
            int cutoff,
            LongSamples longSamples,
            int generationBatch,
            int tokensPerRow) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.prompts = prompts;
        this.cutoff = cutoff;
        this.longSamples = longSamples;
        this.generationBatch = generationBatch;
        this.tokensPerRow = tokensPerRow;
    }

    @Override
    public <E extends Exception> void answer(Measurement measurement, List<Integer> questions, Pieces<E> pieces)
            throws E, InterruptedException {
        switch (measurement) {
            case Measurement.Losses losses -> measure(losses, questions, pieces);
            case Measurement.Open _, Measurement.Changes _ ->
                throw new IllegalArgumentException(measurement.name() + " is not one question after the other");
            case Measurement.Questions asked -> {
                List<Example> examples =
                        questions.stream().map(asked.examples()::get).toList();
                for (int from = 0; from < examples.size(); from += generationBatch) {
                    pieces.take(
                            answers(asked, examples.subList(from, Math.min(from + generationBatch, examples.size()))));
                }
            }
        }
    }

    private <E extends Exception> void measure(Measurement.Losses losses, List<Integer> questions, Pieces<E> pieces)
            throws E, InterruptedException {
        SampleEncoder encoder = new SampleEncoder(prompts, cutoff, longSamples);
        List<EncodedText> samples = new ArrayList<>();
        List<Integer> ids = new ArrayList<>();
        SortedMap<Integer, Answer> nothingLabelled = new TreeMap<>();
        for (int question : questions) {
            Optional<EncodedText> sample = encoder.encode(losses.conversations().get(question));
            if (sample.isPresent()) {
                samples.add(sample.get());
                ids.add(question);
            } else {
                nothingLabelled.put(question, new Answer.Lost(0, 0));
            }
        }
        pieces.take(nothingLabelled);
        if (samples.isEmpty()) {
            return;
        }
        PackedBatch packed = PackedBatch.of(samples, Math.max(cutoff, tokensPerRow));
        EvaluationPass pass = new EvaluationPass(decoder);
        for (int row = 0; row < packed.rows().size(); row++) {
            SortedMap<Integer, Answer> piece = new TreeMap<>();
            List<EvaluationReport.Sample> scored =
                    pass.run(List.of(packed.rows().get(row))).samples();
            for (int document = 0; document < scored.size(); document++) {
                double loss = scored.get(document).negativeLogLikelihood();
                if (!Double.isFinite(loss)) {
                    throw new ArithmeticException(
                            "loss is " + loss + "; the checkpoint's weights do not give finite likelihoods");
                }
                piece.put(
                        ids.get(packed.samples().get(row).get(document)),
                        new Answer.Lost(loss, scored.get(document).labelledTokens()));
            }
            pieces.take(piece);
        }
    }

    private SortedMap<Integer, Answer> answers(Measurement.Questions asked, List<Example> examples) {
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        List<Example> written = new ArrayList<>();
        List<Example> weighed = new ArrayList<>();
        for (Example example : examples) {
            switch (example.request()) {
                case Request.Generation _ -> written.add(example);
                case Request.Likelihood _ -> weighed.add(example);
            }
        }
        if (!weighed.isEmpty()) {
            Weighing weighing = new Weighing(decoder, tokenizer, tokensPerRow);
            weighed.forEach(example -> weighing.add(
                    example.id(),
                    context(asked, example.request().prompt()),
                    ((Request.Likelihood) example.request()).continuations(),
                    asked.chat()));
            answers.putAll(weighing.answers());
        }
        if (!written.isEmpty()) {
            write(asked, written, answers);
        }
        return answers;
    }

    /** The text that continuations follow, or the tokens of a chat up to the assistant's turn. */
    private Weighing.Context context(Measurement.Questions asked, Prompt prompt) {
        return asked.chat()
                ? new Weighing.Context(Optional.empty(), chat(prompt))
                : new Weighing.Context(Optional.of(prompt.text()), new int[0]);
    }

    private void write(Measurement.Questions asked, List<Example> examples, SortedMap<Integer, Answer> answers) {
        // A task's stops are those of all its questions.
        List<String> stops = ((Request.Generation) examples.getFirst().request()).stops();
        Set<Integer> ends = new LinkedHashSet<>(tokenizer.endOfTextTokens());
        if (asked.chat()) {
            ends.addAll(prompts.stopTokens());
        }
        List<int[]> asks =
                examples.stream().map(example -> tokens(asked, example)).toList();
        List<Generation> generations = new Generator(decoder, tokenizer)
                .generate(asks, new GenerationLimits(asked.longest(), ends, stops, generationBatch));
        for (int index = 0; index < generations.size(); index++) {
            Generation generation = generations.get(index);
            String text = generation.text().orElseGet(() -> tokenizer.decode(generation.tokens()));
            answers.put(examples.get(index).id(), new Answer.Written(Completion.cut(text, Optional.empty(), stops)));
        }
    }

    private int[] tokens(Measurement.Questions asked, Example example) {
        if (!asked.conversations().isEmpty()) {
            return prompts.prompt(asked.conversations().get(example.id()));
        }
        Prompt prompt = example.request().prompt();
        return asked.chat() ? chat(prompt) : plain(prompt.text());
    }

    private int[] plain(String text) {
        int[] words = tokenizer.encode(text);
        int[] prefix = tokenizer.prefix();
        return IntStream.concat(IntStream.of(prefix), IntStream.of(words)).toArray();
    }

    private int[] chat(Prompt prompt) {
        List<Turn> turns = prompt.chat(true).stream()
                .map(turn -> new Turn(
                        switch (turn.speaker()) {
                            case SYSTEM -> Role.SYSTEM;
                            case USER -> Role.USER;
                            case ASSISTANT -> Role.ASSISTANT;
                        },
                        turn.content()))
                .toList();
        return prompts.prompt(new Conversation(turns));
    }
}
