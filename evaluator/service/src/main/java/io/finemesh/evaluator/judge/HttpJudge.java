package io.finemesh.evaluator.judge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.finemesh.evaluator.judge.JudgeReply.Cause;
import io.finemesh.evaluator.judge.JudgeReply.Failed;
import io.finemesh.evaluator.judge.JudgeReply.Said;
import io.finemesh.score.mtbench.JudgeRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A judge behind an OpenAI-compatible server. Tried again, with doubled pauses: no answer, 408, 429 (after the pause that the server asks for), 5xx, and answers that cannot be read. Not tried again: other
 * refusals; after a refused key nothing is sent any more.
 */
public final class HttpJudge implements Judge, AutoCloseable {
    private final HttpJudgeSettings settings;
    private final Pause pause;
    private final Clock clock;
    private final HttpClient http;
    private final URI address;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong tokens = new AtomicLong();
    private final AtomicBoolean keyRefused = new AtomicBoolean();

    /**
     * @param pause waits between attempts
     * @param clock tells how far away a time is that the server names
     */
    public HttpJudge(HttpJudgeSettings settings, Pause pause, Clock clock) {
        this.settings = requireNonNull(settings, "settings is null");
        this.pause = requireNonNull(pause, "pause is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.timeout())
                .build();
        String base = settings.endpoint().toString();
        this.address =
                URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/chat/completions");
    }

    @Override
    public String name() {
        return settings.model();
    }

    /** Requests sent so far, attempts counted each. */
    public long requestsSent() {
        return requests.get();
    }

    /** Tokens used so far, as the server counts them. */
    public long tokensUsed() {
        return tokens.get();
    }

    /** What one attempt came to. */
    private record Attempt(
            Optional<String> text, Cause cause, String message, boolean again, Optional<Duration> asked) {
        static Attempt said(String text) {
            return new Attempt(Optional.of(text), Cause.UNREADABLE, "", false, Optional.empty());
        }

        static Attempt failed(Cause cause, boolean again, String message) {
            return new Attempt(Optional.empty(), cause, message, again, Optional.empty());
        }
    }

    @Override
    public JudgeReply ask(JudgeRequest request) throws InterruptedException {
        Duration next = settings.firstPause();
        for (int attempt = 1; ; attempt++) {
            Optional<Failed> barred = barred(attempt - 1);
            if (barred.isPresent()) {
                return barred.get();
            }
            Attempt result = send(request);
            if (result.text().isPresent()) {
                return new Said(result.text().get());
            }
            Duration wait = longer(next, result.asked().orElse(Duration.ZERO));
            boolean tooLong = wait.compareTo(settings.longestPause()) > 0;
            if (!result.again() || tooLong || attempt == settings.attempts()) {
                String more = tooLong
                        ? "; it wants to be asked again in " + wait.toSeconds() + " s, longer than is waited"
                        : "";
                return new Failed(result.cause(), attempt, result.message() + more);
            }
            pause.waitFor(wait);
            next = shorter(next.multipliedBy(2), settings.longestPause());
        }
    }

    /** Why nothing more may be sent. Counts the request that may. */
    private Optional<Failed> barred(int attempts) {
        if (keyRefused.get()) {
            return Optional.of(new Failed(
                    Cause.UNAUTHORIZED,
                    attempts,
                    settings.model() + " refused the key before; nothing more is sent. Give another key"));
        }
        if (tokens.get() >= settings.tokens()) {
            return Optional.of(
                    new Failed(Cause.OVER_BUDGET, attempts, "the budget of " + settings.tokens() + " tokens is spent"));
        }
        if (requests.getAndUpdate(sent -> Math.min(sent + 1, settings.requests())) >= settings.requests()) {
            return Optional.of(new Failed(
                    Cause.OVER_BUDGET, attempts, "the budget of " + settings.requests() + " requests is spent"));
        }
        return Optional.empty();
    }

    private Attempt send(JudgeRequest request) throws InterruptedException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(ChatCompletion.request(request, settings.model())));
        settings.key().ifPresent(key -> builder.header("Authorization", "Bearer " + key));
        CompletableFuture<HttpResponse<String>> sent = http.sendAsync(
                builder.build(), BodyHandlers.limiting(BodyHandlers.ofString(UTF_8), settings.longestAnswerBytes()));
        try {
            return judged(request, sent.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException late) {
            sent.cancel(true);
            return Attempt.failed(Cause.NO_ANSWER, true, settings + " did not answer within " + settings.timeout());
        } catch (ExecutionException failed) {
            String reason = failed.getCause().getMessage() == null
                    ? failed.getCause().getClass().getSimpleName()
                    : failed.getCause().getMessage();
            // The client has no type of its own for a body beyond the limit.
            boolean huge = reason.contains("exceeds capacity");
            return huge
                    ? Attempt.failed(
                            Cause.UNREADABLE,
                            true,
                            settings + " answered more than " + settings.longestAnswerBytes() + " bytes")
                    : Attempt.failed(Cause.NO_ANSWER, true, settings + " could not be asked: " + reason);
        } catch (InterruptedException stopped) {
            sent.cancel(true);
            throw stopped;
        }
    }

    private Attempt judged(JudgeRequest request, HttpResponse<String> response) {
        int status = response.statusCode();
        String said = settings + " answered " + status;
        if (status == 200) {
            ChatCompletion.Answer answer = ChatCompletion.read(response.body());
            tokens.addAndGet(answer.tokens());
            return answer.text()
                    .map(Attempt::said)
                    .orElseGet(() -> Attempt.failed(Cause.UNREADABLE, true, said + ", but " + answer.fault()));
        }
        if (status == 401 || status == 403) {
            keyRefused.set(true);
            return Attempt.failed(Cause.UNAUTHORIZED, false, said + ": it does not accept the key. Give another key");
        }
        if (status == 429) {
            return new Attempt(
                    Optional.empty(), Cause.RATE_LIMITED, said + ": too many requests", true, asked(response));
        }
        if (status == 408 || status >= 500) {
            return new Attempt(Optional.empty(), Cause.SERVER_FAILED, said, true, asked(response));
        }
        if (status == 400 || status == 413 || status == 422) {
            return Attempt.failed(
                    Cause.UNFIT,
                    false,
                    said + " to question " + request.question() + " under " + request.prompt()
                            + "; is that too long for it?");
        }
        return Attempt.failed(Cause.REFUSED, false, said + "; is the endpoint right, and does it have the model?");
    }

    /** The pause that a server asks for, in seconds or as a time (RFC 9110, 10.2.3). */
    private Optional<Duration> asked(HttpResponse<?> response) {
        return response.headers().firstValue("Retry-After").map(String::strip).flatMap(value -> {
            if (value.matches("[0-9]{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
            }
            try {
                ZonedDateTime time = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
                return Optional.of(longer(Duration.ZERO, Duration.between(clock.instant(), time.toInstant())));
            } catch (DateTimeException unreadable) {
                return Optional.empty();
            }
        });
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
