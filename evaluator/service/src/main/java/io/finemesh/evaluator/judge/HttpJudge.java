package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.evaluator.judge.JudgeReply.Cause;
import io.finemesh.evaluator.pause.Pause;
import io.finemesh.evaluator.server.ModelServer;
import io.finemesh.evaluator.server.ServerReply;
import io.finemesh.evaluator.server.ServerSettings;
import io.finemesh.score.mtbench.JudgeRequest;
import java.time.Clock;

/** A judge behind an OpenAI-compatible server, with a bound on what it may cost. */
public final class HttpJudge implements Judge, AutoCloseable {
    private final String model;
    private final ModelServer server;
    private final ModelServer.Budget budget;

    /**
     * @param budget what it may cost
     * @param pause waits between attempts
     * @param clock tells how far away a time is that the server names
     */
    public HttpJudge(ServerSettings settings, ModelServer.Budget budget, Pause pause, Clock clock) {
        this.model = settings.model();
        this.server = new ModelServer(settings, pause, clock);
        this.budget = requireNonNull(budget, "budget is null");
    }

    @Override
    public String name() {
        return model;
    }

    @Override
    public JudgeReply ask(JudgeRequest request) throws InterruptedException {
        String subject = "question " + request.question() + " under " + request.prompt();
        return switch (server.ask("/chat/completions", body(request), subject, budget)) {
            case ServerReply.Said said -> new JudgeReply.Said(said.text());
            case ServerReply.Failed failed ->
                new JudgeReply.Failed(
                        switch (failed.cause()) {
                            case UNAUTHORIZED -> Cause.UNAUTHORIZED;
                            case RATE_LIMITED -> Cause.RATE_LIMITED;
                            case SERVER_FAILED -> Cause.SERVER_FAILED;
                            case NO_ANSWER -> Cause.NO_ANSWER;
                            case UNFIT -> Cause.UNFIT;
                            case UNREADABLE -> Cause.UNREADABLE;
                            case NO_MODEL, REFUSED -> Cause.REFUSED;
                            case BARRED -> Cause.OVER_BUDGET;
                        },
                        failed.attempts(),
                        failed.message());
        };
    }

    /** Temperature 0, one choice. An empty instruction makes no message. */
    private String body(JudgeRequest request) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", model);
        if (!request.system().isEmpty()) {
            body.withArray("messages").addObject().put("role", "system").put("content", request.system());
        }
        body.withArray("messages").addObject().put("role", "user").put("content", request.user());
        body.put("n", 1).put("temperature", 0).put("max_tokens", JudgeRequest.LONGEST_REPLY);
        return body.toString();
    }

    @Override
    public void close() {
        server.close();
    }
}
