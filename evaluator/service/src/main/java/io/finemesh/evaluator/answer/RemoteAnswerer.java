package io.finemesh.evaluator.answer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.evaluator.pause.Pause;
import io.finemesh.evaluator.server.ModelServer;
import io.finemesh.evaluator.server.ServerReply;
import io.finemesh.evaluator.server.ServerSettings;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.evaluator.task.TaskRefusedException;
import io.finemesh.score.task.Completion;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import java.time.Clock;
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
 * Answers by asking an OpenAI-compatible server: a task's plain text goes to {@code /completions}, a chat to {@code /chat/completions}. Such servers keep the first four stops, so the text is cut here at all of them.
 */
public final class RemoteAnswerer implements Answerer {
    private static final int STOPS_KEPT = 4;

    private final ServerSettings settings;
    private final int atOnce;
    private final Pause pause;
    private final Clock clock;

    /**
     * @param atOnce questions that are asked at the same time
     * @param pause waits between attempts
     * @param clock tells how far away a time is that the server names
     */
    public RemoteAnswerer(ServerSettings settings, int atOnce, Pause pause, Clock clock) {
        this.settings = settings;
        this.atOnce = atOnce;
        this.pause = pause;
        this.clock = clock;
    }

    @Override
    public <E extends Exception> void answer(Measurement measurement, List<Integer> questions, Pieces<E> pieces)
            throws E, InterruptedException {
        if (!(measurement instanceof Measurement.Questions asked)) {
            throw refused(measurement.name() + " needs likelihoods, which a remote server does not give");
        }
        try (ModelServer server = new ModelServer(settings, pause, clock);
                ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int from = 0; from < questions.size(); from += atOnce) {
                    List<Integer> piece = questions.subList(from, Math.min(from + atOnce, questions.size()));
                    List<Future<Answer>> futures = new ArrayList<>();
                    for (int question : piece) {
                        Example example = asked.examples().get(question);
                        futures.add(asking.submit(() -> answer(server, asked, example)));
                    }
                    SortedMap<Integer, Answer> answers = new TreeMap<>();
                    for (int index = 0; index < piece.size(); index++) {
                        answers.put(piece.get(index), result(futures.get(index)));
                    }
                    pieces.take(answers);
                }
            } finally {
                // Closing waits for what is under way, which may try again for an hour.
                asking.shutdownNow();
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

    private Answer answer(ModelServer server, Measurement.Questions asked, Example example)
            throws InterruptedException {
        if (!(example.request() instanceof Request.Generation generation)) {
            throw refused(asked.name() + " weighs choices, which a remote server does not do");
        }
        ServerReply reply = server.ask(
                asked.chat() ? "/chat/completions" : "/completions",
                body(asked, generation),
                "question " + example.id() + " of " + asked.name(),
                ModelServer.Budget.NONE);
        return switch (reply) {
            case ServerReply.Said said ->
                new Answer.Written(Completion.cut(said.text(), Optional.empty(), generation.stops()));
            case ServerReply.Failed failed -> throw refused(failed);
        };
    }

    private String body(Measurement.Questions asked, Request.Generation generation) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", settings.model()).put("max_tokens", asked.longest());
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
        return body.toString();
    }

    /** Why a server's silence ends the work. */
    static TaskRefusedException refused(ServerReply.Failed failed) {
        return new TaskRefusedException(
                switch (failed.cause()) {
                    case UNAUTHORIZED, NO_MODEL, UNFIT, REFUSED, BARRED -> FailureCode.INVALID_SPECIFICATION;
                    case RATE_LIMITED, SERVER_FAILED, NO_ANSWER, UNREADABLE -> FailureCode.EVALUATION_FAILED;
                },
                failed.message() + (failed.attempts() > 1 ? ", in " + failed.attempts() + " attempts" : ""));
    }

    private static TaskRefusedException refused(String message) {
        return new TaskRefusedException(FailureCode.INVALID_SPECIFICATION, message);
    }
}
