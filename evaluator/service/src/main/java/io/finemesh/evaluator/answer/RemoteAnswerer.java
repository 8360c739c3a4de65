package io.finemesh.evaluator.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.evaluator.task.TaskRefusedException;
import io.finemesh.score.task.Completion;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Answers by asking an OpenAI-compatible server: a task's plain text goes to {@code /completions}, a chat to {@code /chat/completions}. No answer, 408, 429 and 5xx are tried again with doubled pauses.
 * Such servers keep the first four stops, so the text is cut here at all of them.
 */
public final class RemoteAnswerer implements Answerer {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int STOPS_KEPT = 4;

    private final RemoteModel remote;
    private final Optional<String> key;
    private final Settings settings;

    /**
     * How a server is asked.
     *
     * @param atOnce questions that are asked at the same time
     * @param attempts how often one is asked
     * @param firstPause pause before the second attempt
     * @param timeout longest wait for one answer
     */
    public record Settings(int atOnce, int attempts, Duration firstPause, Duration timeout) {}

    /** @param key sent as bearer token; empty for a server that wants none */
    public RemoteAnswerer(RemoteModel remote, Optional<String> key, Settings settings) {
        this.remote = remote;
        this.key = key;
        this.settings = settings;
    }

    @Override
    public <E extends Exception> void answer(Measurement measurement, List<Integer> questions, Pieces<E> pieces)
            throws E, InterruptedException {
        if (!(measurement instanceof Measurement.Questions asked)) {
            throw refused(measurement.name() + " needs likelihoods, which a remote server does not give");
        }
        try (HttpClient http = HttpClient.newBuilder()
                        .connectTimeout(settings.timeout())
                        .build();
                ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int from = 0; from < questions.size(); from += settings.atOnce()) {
                List<Integer> piece = questions.subList(from, Math.min(from + settings.atOnce(), questions.size()));
                List<Future<Answer>> futures = new ArrayList<>();
                for (int question : piece) {
                    Example example = asked.examples().get(question);
                    futures.add(asking.submit(() -> answer(http, asked, example)));
                }
                SortedMap<Integer, Answer> answers = new TreeMap<>();
                for (int index = 0; index < piece.size(); index++) {
                    answers.put(piece.get(index), result(futures.get(index)));
                }
                pieces.take(answers);
            }
        }
    }

    private static Answer result(Future<Answer> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof TaskRefusedException refused) {
                throw refused;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    private Answer answer(HttpClient http, Measurement.Questions asked, Example example) throws InterruptedException {
        if (!(example.request() instanceof Request.Generation generation)) {
            throw refused(asked.name() + " weighs choices, which a remote server does not do");
        }
        HttpRequest request = request(asked, generation);
        Duration rest = settings.firstPause();
        for (int attempt = 1; ; attempt++) {
            String failed;
            try {
                HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
                int status = response.statusCode();
                if (status == 200) {
                    return new Answer.Written(
                            Completion.cut(text(response.body(), asked.chat()), Optional.empty(), generation.stops()));
                }
                if (status != 408 && status != 429 && status < 500) {
                    throw refused(remote.url() + " answered HTTP " + status
                            + (status == 401 || status == 403
                                    ? ": it does not accept the key"
                                    : "; is the address right, and does it have " + remote.model() + "?"));
                }
                failed = "HTTP " + status;
            } catch (IOException lost) {
                failed = lost.getMessage() == null ? lost.getClass().getSimpleName() : lost.getMessage();
            }
            if (attempt == settings.attempts()) {
                throw new TaskRefusedException(
                        FailureCode.EVALUATION_FAILED,
                        remote.url() + " gave no answer in " + attempt + " attempts: " + failed);
            }
            Thread.sleep(rest);
            rest = rest.multipliedBy(2);
        }
    }

    private HttpRequest request(Measurement.Questions asked, Request.Generation generation) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("model", remote.model()).put("max_tokens", asked.longest());
        body.put("temperature", generation.temperature());
        generation.stops().stream().limit(STOPS_KEPT).forEach(body.withArray("stop")::add);
        if (asked.chat()) {
            generation.prompt().chat(true).forEach(turn -> body.withArray("messages")
                    .addObject()
                    .put("role", turn.speaker().role())
                    .put("content", turn.content()));
        } else {
            body.put("prompt", generation.prompt().text());
        }
        String base = remote.url().endsWith("/")
                ? remote.url().substring(0, remote.url().length() - 1)
                : remote.url();
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                        URI.create(base + (asked.chat() ? "/chat/completions" : "/completions")))
                .timeout(settings.timeout())
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()));
        key.ifPresent(secret -> builder.header("authorization", "Bearer " + secret));
        return builder.build();
    }

    private static String text(String body, boolean chat) throws IOException {
        try {
            JsonNode choice = MAPPER.readTree(body).path("choices").path(0);
            JsonNode text = chat ? choice.path("message").path("content") : choice.path("text");
            if (text.isTextual()) {
                return text.textValue();
            }
        } catch (JsonProcessingException noJson) {
            throw new IOException("its answer is not JSON", noJson);
        }
        throw new IOException("its answer has no text");
    }

    private static TaskRefusedException refused(String message) {
        return new TaskRefusedException(FailureCode.INVALID_SPECIFICATION, message);
    }
}
