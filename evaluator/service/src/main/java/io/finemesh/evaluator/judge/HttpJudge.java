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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A judge behind an OpenAI-compatible server, with a bound on what it may cost. */
public final class HttpJudge implements Judge, AutoCloseable {
    private final String model;
    private final ModelServer server;
    private final Spending spending;

    /**
     * @param limits what it may cost
     * @param pause waits between attempts
     * @param clock tells how far away a time is that the server names
     */
    public HttpJudge(ServerSettings settings, JudgeLimits limits, Pause pause, Clock clock) {
        this.model = settings.model();
        this.server = new ModelServer(settings, pause, clock);
        this.spending = new Spending(requireNonNull(limits, "limits is null"));
    }

    /** What was spent, attempts counted each. */
    private static final class Spending implements ModelServer.Budget {
        private final JudgeLimits limits;
        private final AtomicLong requests = new AtomicLong();
        private final AtomicLong tokens = new AtomicLong();

        Spending(JudgeLimits limits) {
            this.limits = limits;
        }

        @Override
        public Optional<String> barred() {
            if (tokens.get() >= limits.tokens()) {
                return Optional.of("the budget of " + limits.tokens() + " tokens is spent");
            }
            if (requests.getAndUpdate(sent -> Math.min(sent + 1, limits.requests())) >= limits.requests()) {
                return Optional.of("the budget of " + limits.requests() + " requests is spent");
            }
            return Optional.empty();
        }

        @Override
        public void used(long more) {
            tokens.addAndGet(more);
        }
    }

    @Override
    public String name() {
        return model;
    }

    /** Requests sent so far, attempts counted each. */
    public long requestsSent() {
        return spending.requests.get();
    }

    /** Tokens used so far, as the server counts them. */
    public long tokensUsed() {
        return spending.tokens.get();
    }

    @Override
    public JudgeReply ask(JudgeRequest request) throws InterruptedException {
        String subject = "question " + request.question() + " under " + request.prompt();
        return switch (server.ask("/chat/completions", body(request), subject, spending)) {
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
