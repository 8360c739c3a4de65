package io.finemesh.evaluator.answer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.evaluator.pause.Pause;
import io.finemesh.evaluator.server.ModelServer;
import io.finemesh.evaluator.server.ServerReply;
import io.finemesh.evaluator.server.ServerSettings;
import io.finemesh.evaluator.task.TaskRefusedException;
import io.finemesh.score.mtbench.Question;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Answers open questions by asking an OpenAI-compatible server, some at once: what was said and what is asked next goes to {@code /chat/completions} as messages. A reply is kept as it came. */
public final class RemoteTurns implements TurnWriter {
    private final ServerSettings settings;
    private final int atOnce;
    private final Pause pause;
    private final Clock clock;

    private record Answered(int id, List<String> turns) {}

    /**
     * @param atOnce questions that are asked at the same time
     * @param pause waits between attempts
     * @param clock tells how far away a time is that the server names
     */
    public RemoteTurns(ServerSettings settings, int atOnce, Pause pause, Clock clock) {
        this.settings = settings;
        this.atOnce = atOnce;
        this.pause = pause;
        this.clock = clock;
    }

    @Override
    public int together() {
        return atOnce;
    }

    @Override
    public <E extends Exception> void write(SortedMap<Integer, Question> questions, int longest, Written<E> written)
            throws E, InterruptedException {
        try (ModelServer server = new ModelServer(settings, pause, clock);
                ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                CompletionService<Answered> asked = new ExecutorCompletionService<>(asking);
                for (Map.Entry<Integer, Question> question : questions.entrySet()) {
                    Future<Answered> _ = asked.submit(
                            () -> new Answered(question.getKey(), turns(server, question.getValue(), longest)));
                }
                Optional<TaskRefusedException> refused = Optional.empty();
                for (int count = 0; count < questions.size(); count++) {
                    try {
                        Answered one = asked.take().get();
                        written.take(new TreeMap<>(Map.of(one.id(), one.turns())));
                    } catch (ExecutionException failed) {
                        // The others that are under way are paid for: what comes of them is kept.
                        refused = refused.or(() -> Optional.of(refusal(failed)));
                    }
                }
                if (refused.isPresent()) {
                    throw refused.get();
                }
            } finally {
                // Closing waits for what is under way, which may try again for an hour.
                asking.shutdownNow();
            }
        }
    }

    private static TaskRefusedException refusal(ExecutionException failed) {
        if (failed.getCause() instanceof TaskRefusedException refused) {
            return refused;
        }
        throw new IllegalStateException(failed.getCause());
    }

    private List<String> turns(ModelServer server, Question question, int longest) throws InterruptedException {
        List<String> said = new ArrayList<>();
        for (int turn = 0; turn < question.turns().size(); turn++) {
            ServerReply reply = server.ask(
                    "/chat/completions",
                    body(question, said, longest),
                    "turn " + (turn + 1) + " of question " + question.id(),
                    ModelServer.Budget.NONE);
            switch (reply) {
                case ServerReply.Said words -> said.add(words.text());
                case ServerReply.Failed failed -> throw RemoteAnswerer.refused(failed);
            }
        }
        return said;
    }

    private String body(Question question, List<String> said, int longest) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", settings.model()).put("max_tokens", longest);
        body.put("temperature", EngineTurns.temperature(question)).put("n", 1);
        for (int turn = 0; turn <= said.size(); turn++) {
            message(body, "user", question.turns().get(turn));
            if (turn < said.size()) {
                message(body, "assistant", said.get(turn));
            }
        }
        return body.toString();
    }

    private static void message(ObjectNode body, String role, String content) {
        body.withArray("messages").addObject().put("role", role).put("content", content);
    }
}
