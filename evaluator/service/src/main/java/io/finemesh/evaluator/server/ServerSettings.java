package io.finemesh.evaluator.server;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How a model behind a server is reached.
 *
 * @param endpoint base URL, such as {@code http://host/v1}
 * @param key sent as bearer token; empty for a server that wants none
 * @param model name of the model there
 * @param attempts how often a request is tried before it fails
 * @param firstPause pause before the second attempt; doubled for each further one
 * @param longestPause longest pause; a server that asks for a longer one has failed
 * @param timeout longest wait for one answer, body and all
 * @param longestAnswerBytes longest body that is read
 */
public record ServerSettings(
        URI endpoint,
        Optional<String> key,
        String model,
        int attempts,
        Duration firstPause,
        Duration longestPause,
        Duration timeout,
        long longestAnswerBytes) {
    public ServerSettings {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(key, "key is null");
        requireNonNull(model, "model is null");
        requireNonNull(firstPause, "firstPause is null");
        requireNonNull(longestPause, "longestPause is null");
        requireNonNull(timeout, "timeout is null");
        boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
        if (!web || endpoint.getHost() == null) {
            throw new IllegalArgumentException("a server's endpoint is an http or https URL, not " + endpoint);
        }
        if (attempts < 1
                || !timeout.isPositive()
                || firstPause.isNegative()
                || longestPause.compareTo(firstPause) < 0) {
            throw new IllegalArgumentException(
                    "a server is asked at least once, with a timeout above 0 and a longest pause no shorter than the first");
        }
    }

    /** Without the key, which belongs in no log. */
    @Override
    public String toString() {
        return model + " at " + endpoint + (key.isPresent() ? " with a key" : " without a key");
    }
}
