package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How a judge is reached.
 *
 * @param endpoint base URL, such as {@code http://host/v1}; {@code /chat/completions} is appended
 * @param key sent as bearer token; empty for a server that wants none
 * @param model name of the judge's model
 * @param attempts how often a request is tried before it fails
 * @param firstPause pause before the second attempt; doubled for each further one
 * @param longestPause longest pause; a server that asks for a longer one has failed
 * @param timeout longest wait for one answer
 * @param requests requests that may be sent in all, attempts counted each
 * @param tokens tokens that may be used in all, as the server counts them; the request that passes the bound is still answered
 * @param longestAnswerBytes longest body that is read
 */
public record HttpJudgeSettings(
        URI endpoint,
        Optional<String> key,
        String model,
        int attempts,
        Duration firstPause,
        Duration longestPause,
        Duration timeout,
        long requests,
        long tokens,
        long longestAnswerBytes) {
    public HttpJudgeSettings {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(key, "key is null");
        requireNonNull(model, "model is null");
        requireNonNull(firstPause, "firstPause is null");
        requireNonNull(longestPause, "longestPause is null");
        requireNonNull(timeout, "timeout is null");
        boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
        if (!web || endpoint.getHost() == null) {
            throw new IllegalArgumentException("a judge's endpoint is an http or https URL, not " + endpoint);
        }
        if (attempts < 1
                || !timeout.isPositive()
                || firstPause.isNegative()
                || longestPause.compareTo(firstPause) < 0) {
            throw new IllegalArgumentException(
                    "a judge is asked at least once, with a timeout above 0 and a longest pause no shorter than the first");
        }
    }

    /** FastChat's patience: 16 attempts with pauses from 1 to 60 seconds, 10 minutes an answer, no budget. */
    public static HttpJudgeSettings of(URI endpoint, Optional<String> key, String model) {
        return new HttpJudgeSettings(
                endpoint,
                key,
                model,
                16,
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                16 << 20);
    }

    /** Without the key, which belongs in no log. */
    @Override
    public String toString() {
        return model + " at " + endpoint + (key.isPresent() ? " with a key" : " without a key");
    }
}
