package io.finemesh.evaluator.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.finemesh.evaluator.pause.Pause;
import io.finemesh.evaluator.server.ServerReply.Cause;
import io.finemesh.evaluator.server.ServerReply.Failed;
import io.finemesh.evaluator.server.ServerReply.Said;
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

/**
 * Asks a model behind an OpenAI-compatible server; several threads may ask at once. Tried again, with doubled pauses: no answer, 408, 429 (after the pause that the server asks for), 5xx, and answers that cannot be read. Not tried
 * again: other refusals; after a refused key nothing is sent any more.
 */
public final class ModelServer implements AutoCloseable {
    private final ServerSettings settings;
    private final Pause pause;
    private final Clock clock;
    private final HttpClient http;
    private final String base;
    private final AtomicBoolean keyRefused = new AtomicBoolean();

    /** What is spent by asking. */
    public interface Budget {
        /** No bound. */
        Budget NONE = new Budget() {
            @Override
            public Optional<String> barred() {
                return Optional.empty();
            }

            @Override
            public void used(long tokens) {
                // Nobody counts.
            }
        };

        /**
         * Why nothing more may be sent; counts the request that may.
         *
         * @throws InterruptedException when the waiting thread is to stop
         */
        Optional<String> barred() throws InterruptedException;

        /** Counts the tokens of a request that is over, as the server does; 0 where it does not say. */
        void used(long tokens);
    }

    /**
     * @param pause waits between attempts
     * @param clock tells how far away a time is that the server names
     */
    public ModelServer(ServerSettings settings, Pause pause, Clock clock) {
        this.settings = requireNonNull(settings, "settings is null");
        this.pause = requireNonNull(pause, "pause is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.timeout())
                .build();
        this.base = settings.endpoint().toString().replaceFirst("/$", "");
    }

    /** What one attempt came to. */
    private record Attempt(
            Optional<String> text, Cause cause, String message, boolean again, Optional<Duration> asked, long tokens) {
        static Attempt said(String text) {
            return new Attempt(Optional.of(text), Cause.UNREADABLE, "", false, Optional.empty(), 0);
        }

        static Attempt failed(Cause cause, boolean again, String message) {
            return new Attempt(Optional.empty(), cause, message, again, Optional.empty(), 0);
        }

        Attempt costing(long used) {
            return new Attempt(text, cause, message, again, asked, used);
        }
    }

    /**
     * Asks until there is an answer or none is to be had.
     *
     * @param path below the endpoint, such as {@code /chat/completions}
     * @param body the request's
     * @param subject what is asked, for messages
     */
    public ServerReply ask(String path, String body, String subject, Budget budget) throws InterruptedException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        settings.key().ifPresent(key -> builder.header("Authorization", "Bearer " + key));
        HttpRequest request = builder.build();
        Duration next = settings.firstPause();
        String before = "";
        for (int attempt = 1; ; attempt++) {
            if (keyRefused.get()) {
                return new Failed(
                        Cause.UNAUTHORIZED,
                        attempt - 1,
                        settings.model() + " refused the key before; nothing more is sent. Give another key");
            }
            Optional<String> barred = budget.barred();
            if (barred.isPresent()) {
                return new Failed(Cause.BARRED, attempt - 1, barred.get() + before);
            }
            Attempt result = send(request, subject);
            budget.used(result.tokens());
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
            // More may be allowed then, and would be spent on the same again.
            before = "; the last attempt came to nothing: " + result.message();
            pause.rest(wait);
            Duration doubled = next.multipliedBy(2);
            next = doubled.compareTo(settings.longestPause()) < 0 ? doubled : settings.longestPause();
        }
    }

    private Attempt send(HttpRequest request, String subject) throws InterruptedException {
        CompletableFuture<HttpResponse<String>> sent = http.sendAsync(
                request, BodyHandlers.limiting(BodyHandlers.ofString(UTF_8), settings.longestAnswerBytes()));
        try {
            return judged(sent.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS), subject);
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

    private Attempt judged(HttpResponse<String> response, String subject) {
        int status = response.statusCode();
        String said = settings + " answered " + status;
        if (status == 200) {
            ServerAnswer answer = ServerAnswer.read(response.body());
            return answer.text()
                    .map(Attempt::said)
                    .orElseGet(() -> Attempt.failed(Cause.UNREADABLE, true, said + ", but " + answer.fault()))
                    .costing(answer.tokens());
        }
        if (status == 401 || status == 403) {
            keyRefused.set(true);
            return Attempt.failed(Cause.UNAUTHORIZED, false, said + ": it does not accept the key. Give another key");
        }
        if (status == 429) {
            return new Attempt(
                    Optional.empty(), Cause.RATE_LIMITED, said + ": too many requests", true, asked(response), 0);
        }
        if (status == 408 || status >= 500) {
            return new Attempt(Optional.empty(), Cause.SERVER_FAILED, said, true, asked(response), 0);
        }
        if (ServerAnswer.missesModel(response.body())) {
            return Attempt.failed(
                    Cause.NO_MODEL, false, said + ": it has no model " + settings.model() + "; is the name right?");
        }
        if (status == 400 || status == 413 || status == 422) {
            return Attempt.failed(Cause.UNFIT, false, said + " to " + subject + "; is that too long for it?");
        }
        return Attempt.failed(
                Cause.REFUSED,
                false,
                said + "; is the endpoint right, and does it have the model " + settings.model() + "?");
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

    @Override
    public void close() {
        http.shutdownNow();
    }
}
