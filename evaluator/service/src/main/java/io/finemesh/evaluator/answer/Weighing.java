package io.finemesh.evaluator.answer;

import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.score.task.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Log-likelihoods of continuations by lm-evaluation-harness's rule: trailing spaces of the context belong to the continuation, the two are encoded together, and what is beyond the tokens of the context
 * alone is the continuation. Longer than the model sees, it loses tokens at its beginning.
 */
final class Weighing {
    /** Logits that are held at once, in numbers: a quarter of a gigabyte. */
    private static final long MOST_LOGITS = 1L << 26;

    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final int tokensPerRow;
    private final List<Document> documents = new ArrayList<>();

    /**
     * What continuations follow.
     *
     * @param text plain text; empty for a chat
     * @param tokens of a chat up to the assistant's turn
     */
    record Context(Optional<String> text, int[] tokens) {}

    private record Document(int question, int choice, int[] tokens, int continuation) {}

    Weighing(Decoder decoder, Tokenizer tokenizer, int tokensPerRow) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.tokensPerRow = tokensPerRow;
    }

    /** Adds the continuations of a question; in a chat each is what the assistant says. */
    void add(int question, Context context, List<String> continuations, boolean chat) {
        for (int choice = 0; choice < continuations.size(); choice++) {
            documents.add(
                    chat
                            ? afterChat(question, choice, context.tokens(), continuations.get(choice))
                            : afterText(question, choice, context.text().orElseThrow(), continuations.get(choice)));
        }
    }

    private Document afterChat(int question, int choice, int[] context, String continuation) {
        return document(question, choice, context, tokenizer.encode(continuation.stripLeading()));
    }

    private Document afterText(int question, int choice, String context, String continuation) {
        String trimmed = context.stripTrailing();
        String rest = context.substring(trimmed.length()) + continuation;
        int[] before = tokenizer.encode(trimmed);
        int[] whole = tokenizer.encode(trimmed + rest);
        int[] prefix = tokenizer.prefix();
        int[] start = IntStream.concat(
                        IntStream.of(prefix), Arrays.stream(whole, 0, Math.min(before.length, whole.length)))
                .toArray();
        int[] after = Arrays.copyOfRange(whole, Math.min(before.length, whole.length), whole.length);
        return document(question, choice, start.length == 0 ? new int[] {tokenizer.endOfText()} : start, after);
    }

    private Document document(int question, int choice, int[] context, int[] continuation) {
        if (continuation.length == 0) {
            throw new IllegalArgumentException(
                    "choice " + choice + " of question " + question + " has no token of its own after the question");
        }
        int[] all = IntStream.concat(IntStream.of(context), IntStream.of(continuation))
                .toArray();
        int longest = decoder.configuration().maxPositions() + 1;
        if (continuation.length >= longest) {
            throw new IllegalArgumentException("choice " + choice + " of question " + question + " has "
                    + continuation.length + " tokens, and the model sees " + (longest - 1));
        }
        int from = Math.max(0, all.length - longest);
        return new Document(question, choice, Arrays.copyOfRange(all, from, all.length), continuation.length);
    }

    /** The answers of everything added. */
    SortedMap<Integer, Answer> answers() {
        SortedMap<Integer, SortedMap<Integer, Response.Weight>> weights = new TreeMap<>();
        List<Document> row = new ArrayList<>();
        int tokens = 0;
        long logits = 0;
        for (Document document : documents) {
            long ofDocument =
                    (long) document.continuation() * decoder.configuration().vocabularySize();
            boolean full = tokens + document.tokens().length > tokensPerRow || logits + ofDocument > MOST_LOGITS;
            if (full && !row.isEmpty()) {
                weigh(row, weights);
                row.clear();
                tokens = 0;
                logits = 0;
            }
            row.add(document);
            tokens += document.tokens().length;
            logits += ofDocument;
        }
        if (!row.isEmpty()) {
            weigh(row, weights);
        }
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        weights.forEach(
                (question, choices) -> answers.put(question, new Answer.Weighed(List.copyOf(choices.values()))));
        return answers;
    }

    private void weigh(List<Document> row, SortedMap<Integer, SortedMap<Integer, Response.Weight>> weights) {
        // The last token predicts nothing that is asked.
        List<int[]> inputs = row.stream()
                .map(document -> Arrays.copyOf(document.tokens(), document.tokens().length - 1))
                .toList();
        PackedRow packed = PackedRow.unlabelled(inputs);
        int[] wanted = IntStream.range(0, row.size())
                .flatMap(index -> {
                    int end = packed.documentStarts()[index + 1];
                    return IntStream.range(end - row.get(index).continuation(), end);
                })
                .toArray();
        float[][] logits = decoder.logits(packed, wanted);
        int next = 0;
        for (Document document : row) {
            double sum = 0;
            boolean greedy = true;
            int first = document.tokens().length - document.continuation();
            for (int t = first; t < document.tokens().length; t++) {
                float[] at = logits[next++];
                int token = document.tokens()[t];
                int likeliest = 0;
                for (int candidate = 1; candidate < at.length; candidate++) {
                    likeliest = at[candidate] > at[likeliest] ? candidate : likeliest;
                }
                double exponentials = 0;
                for (float logit : at) {
                    exponentials += Math.exp((double) logit - at[likeliest]);
                }
                sum += at[token] - at[likeliest] - Math.log(exponentials);
                greedy &= likeliest == token;
            }
            if (!Double.isFinite(sum)) {
                throw new ArithmeticException(
                        "a log-likelihood is " + sum + "; the checkpoint's weights do not give finite likelihoods");
            }
            weights.computeIfAbsent(document.question(), _ -> new TreeMap<>())
                    .put(document.choice(), new Response.Weight(sum, greedy));
        }
    }
}
