package io.finemesh.cli.hub;

import io.finemesh.cli.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a hub for a file and goes on where an attempt broke off. No answer, silence in the middle, 408, 429 (after the pause that the hub asks for) and 5xx are tried again with doubled pauses. Redirections are followed here and
 * not by the client, so that the token stays with the hub's own host.
 */
final class HubRequest {
    private static final int MOST_REDIRECTIONS = 5;

    private final HubSettings settings;
    private final HttpClient http;
    private final Pause pause;
    private final BodyFile.Room room;

    /** Lets time pass. */
    interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    HubRequest(HubSettings settings, HttpClient http, Pause pause, BodyFile.Room room) {
        this.settings = settings;
        this.http = http;
        this.pause = pause;
        this.room = room;
    }

    /** What one attempt came to. */
    private sealed interface Attempt {
        /** @param entityTag tag of the whole file; empty where the hub gives none */
        record Whole(String entityTag) implements Attempt {}

        /**
         * Nothing, or not all of it.
         *
         * @param again whether it may be there another time
         * @param asked pause that the hub asks for
         */
        record Failed(HubException why, boolean again, Duration asked) implements Attempt {}
    }

    /**
     * Has a file lie at a path, whole.
     *
     * @param subject what is asked for, for messages
     * @param target where it is to lie; what lies there already is taken as its beginning
     * @param mostBytes longest file that is taken
     * @return the entity tag that the hub gives it; empty where it gives none
     */
    String fetch(String subject, URI address, Path target, long mostBytes) throws IOException, InterruptedException {
        Duration next = settings.firstPause();
        for (int attempt = 1; ; attempt++) {
            switch (attempt(subject, address, target, mostBytes)) {
                case Attempt.Whole whole -> {
                    return whole.entityTag();
                }
                case Attempt.Failed(HubException why, boolean again, Duration asked) -> {
                    Duration wait = asked.compareTo(next) > 0 ? asked : next;
                    boolean tooLong = wait.compareTo(settings.longestPause()) > 0;
                    if (!again) {
                        throw why;
                    }
                    if (tooLong || attempt >= settings.attempts()) {
                        throw new HubException(
                                why.reason(),
                                why.getMessage()
                                        + (tooLong
                                                ? ", and wants to be asked again in " + wait.toSeconds()
                                                        + " s, longer than is waited"
                                                : ", in " + attempt + " attempts; try again later"),
                                why);
                    }
                    pause.of(wait);
                    Duration doubled = next.multipliedBy(2);
                    next = doubled.compareTo(settings.longestPause()) < 0 ? doubled : settings.longestPause();
                }
            }
        }
    }

    private Attempt attempt(String subject, URI address, Path target, long mostBytes)
            throws IOException, InterruptedException {
        long have = Files.exists(target) ? Files.size(target) : 0;
        URI at = address;
        Optional<String> linked = Optional.empty();
        for (int redirection = 0; redirection <= MOST_REDIRECTIONS; redirection++) {
            HttpResponse<Void> response;
            try (BodyFile body = new BodyFile(target, have, mostBytes, room)) {
                response = send(request(at, have), body);
            } catch (BodyFile.DiskException disk) {
                return failed(
                        Reason.DISK,
                        false,
                        subject + " cannot be kept at " + target + ": " + disk.getMessage()
                                + "; make room there, or name another folder in XDG_CACHE_HOME. What came is kept and gone on with");
            } catch (BodyFile.TooLongException tooLong) {
                Files.deleteIfExists(target);
                return failed(Reason.TOO_LARGE, false, subject + " has more than " + mostBytes + " bytes");
            } catch (TimeoutException silent) {
                return failed(
                        Reason.NO_ANSWER,
                        true,
                        settings.endpoint() + " said nothing of " + subject + " for " + settings.timeout());
            } catch (IOException lost) {
                return failed(
                        Reason.NO_ANSWER,
                        true,
                        subject + " could not be had from " + at.getHost() + ": " + reason(lost));
            }
            HttpHeaders headers = response.headers();
            linked = linked.or(() -> headers.firstValue("X-Linked-Etag"));
            switch (response.statusCode()) {
                case 200, 206 -> {
                    return new Attempt.Whole(
                            linked.or(() -> headers.firstValue("ETag")).orElse(""));
                }
                case 301, 302, 303, 307, 308 -> {
                    Optional<URI> location =
                            elsewhere(at, headers.firstValue("Location").orElse(""));
                    if (location.isEmpty()) {
                        return failed(Reason.SERVER_FAILED, true, settings.endpoint() + " redirected to nowhere");
                    }
                    at = location.get();
                }
                case 416 -> {
                    // What lies there is no beginning of it: from the start.
                    Files.deleteIfExists(target);
                    return failed(Reason.CORRUPT, true, "what was kept of " + subject + " is no part of it");
                }
                default -> {
                    return refused(subject, response.statusCode(), headers);
                }
            }
        }
        return failed(Reason.SERVER_FAILED, false, settings.endpoint() + " redirected " + subject + " in a circle");
    }

    /** Where a redirection leads; empty where that is no web address. */
    private static Optional<URI> elsewhere(URI from, String location) {
        try {
            URI to = from.resolve(location);
            boolean web = "http".equals(to.getScheme()) || "https".equals(to.getScheme());
            return web && !location.isEmpty() && to.getHost() != null ? Optional.of(to) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private HttpRequest request(URI at, long have) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at).header("Accept-Encoding", "identity");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
        }
        boolean own = at.getAuthority().equals(settings.endpoint().getAuthority())
                && at.getScheme().equals(settings.endpoint().getScheme());
        settings.token().filter(_ -> own).ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return request.build();
    }

    /** @throws TimeoutException if nothing came for as long as is waited */
    private HttpResponse<Void> send(HttpRequest request, BodyFile body)
            throws IOException, InterruptedException, TimeoutException {
        CompletableFuture<HttpResponse<Void>> sent = http.sendAsync(request, body);
        long seen = 0;
        while (true) {
            try {
                return sent.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException silent) {
                long now = body.received();
                if (now == seen) {
                    sent.cancel(true);
                    throw silent;
                }
                seen = now;
            } catch (InterruptedException stopped) {
                sent.cancel(true);
                throw stopped;
            } catch (ExecutionException failed) {
                if (body.disk().isPresent()) {
                    throw body.disk().get();
                }
                throw body.tooLong()
                        ? new BodyFile.TooLongException()
                        : new IOException(reason(failed.getCause()), failed.getCause());
            }
        }
    }

    /** A connection that nobody takes says nothing but its name. */
    private static String reason(Throwable lost) {
        return lost.getMessage() == null ? lost.getClass().getSimpleName() : lost.getMessage();
    }

    private Attempt refused(String subject, int status, HttpHeaders headers) {
        String said = settings.endpoint() + " answered " + status + " to " + subject;
        Duration asked = headers.firstValue("Retry-After")
                .map(String::strip)
                .filter(value -> value.matches("[0-9]{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElse(Duration.ZERO);
        return switch (status) {
            case 401, 403 ->
                failed(
                        Reason.UNAUTHORIZED,
                        false,
                        said
                                + (settings.token().isPresent()
                                        ? ": it does not let this HF_TOKEN have it; is the name right, and are the data set's terms accepted?"
                                        : ": there is no such data set, or only for a token; is the name right? Otherwise set HF_TOKEN"));
            case 404 -> failed(Reason.NOT_FOUND, false, said + ": there is no such data set, revision or file");
            case 429 ->
                new Attempt.Failed(new HubException(Reason.RATE_LIMITED, said + ": too many requests"), true, asked);
            default ->
                status == 408 || status >= 500
                        ? new Attempt.Failed(new HubException(Reason.SERVER_FAILED, said), true, asked)
                        : failed(Reason.SERVER_FAILED, false, said + "; is HF_ENDPOINT a hub?");
        };
    }

    private static Attempt failed(Reason reason, boolean again, String message) {
        return new Attempt.Failed(new HubException(reason, message), again, Duration.ZERO);
    }
}
