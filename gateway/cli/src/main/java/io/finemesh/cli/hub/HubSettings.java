package io.finemesh.cli.hub;

import static java.util.Objects.requireNonNull;

import io.finemesh.cli.hub.HubException.Reason;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a hub is reached.
 *
 * @param endpoint base URL
 * @param token sent as bearer token, to the endpoint's own host only; empty for what is public
 * @param cache folder in which files are kept by commit, whole or as far as they came
 * @param attempts how often a request is tried
 * @param firstPause pause before the second attempt; doubled for each further one
 * @param longestPause longest pause; a hub that asks for a longer one has failed
 * @param timeout longest time in which nothing comes
 * @param mostBytes longest file that is taken
 */
public record HubSettings(
        URI endpoint,
        Optional<String> token,
        Path cache,
        int attempts,
        Duration firstPause,
        Duration longestPause,
        Duration timeout,
        long mostBytes) {
    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
    private static final long MOST_BYTES = 16L << 30;

    public HubSettings {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(token, "token is null");
        requireNonNull(cache, "cache is null");
    }

    /**
     * What a person's environment says: {@code HF_ENDPOINT}, {@code HF_TOKEN}, and {@code XDG_CACHE_HOME} or {@code HOME} for the cache.
     *
     * @throws HubException if the endpoint is no http or https address or has a password in it, or the token is none; neither is told
     */
    public static HubSettings of(Map<String, String> environment) throws HubException {
        String address = environment.getOrDefault("HF_ENDPOINT", "").strip();
        URI endpoint;
        try {
            endpoint = URI.create(address.isEmpty() ? DEFAULT_ENDPOINT : address.replaceFirst("/+$", ""));
        } catch (IllegalArgumentException malformed) {
            throw noAddress(address);
        }
        if (endpoint.getRawUserInfo() != null) {
            throw new HubException(
                    Reason.MALFORMED,
                    "HF_ENDPOINT has a user name or a password in it, which is sent nowhere; take it out, and set HF_TOKEN if the hub wants to know who asks");
        }
        if (endpoint.getHost() == null
                || !"https".equals(endpoint.getScheme()) && !"http".equals(endpoint.getScheme())) {
            throw noAddress(address);
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base = caches.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".cache")
                : Path.of(caches);
        return new HubSettings(
                endpoint,
                token(environment),
                base.resolve("finemesh").resolve("hub"),
                6,
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(60),
                MOST_BYTES);
    }

    private static Optional<String> token(Map<String, String> environment) throws HubException {
        String token = environment.getOrDefault("HF_TOKEN", "").strip();
        if (!token.chars().allMatch(letter -> letter > ' ' && letter < 0x7f)) {
            throw new HubException(
                    Reason.MALFORMED, "HF_TOKEN is no token: it has blanks, line ends or letters with accents in it");
        }
        return Optional.of(token).filter(text -> !text.isEmpty());
    }

    /** What stands before an at sign may be a password. */
    private static HubException noAddress(String address) {
        String shown = address.indexOf('@') < 0 ? " is \"" + address + '"' : " is no address";
        return new HubException(
                Reason.MALFORMED, "HF_ENDPOINT" + shown + "; it is to be an http or https address without a password");
    }

    /** Without the token, which belongs in no log. */
    @Override
    public String toString() {
        return endpoint + (token.isPresent() ? " with a token" : " without a token");
    }
}
