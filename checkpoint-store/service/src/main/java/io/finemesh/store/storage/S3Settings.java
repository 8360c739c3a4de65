package io.finemesh.store.storage;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;

/**
 * How object storage is reached.
 *
 * @param endpoint base URL the store itself uses
 * @param linkEndpoint base URL in presigned URLs, as trainers and evaluators see the storage
 * @param region region that requests are signed for
 * @param bucket bucket, which must exist
 * @param accessKey access key
 * @param secretKey secret key
 * @param connectTimeout longest wait for a connection
 * @param answerTimeout longest silence of an open connection
 */
public record S3Settings(
        URI endpoint,
        URI linkEndpoint,
        String region,
        String bucket,
        String accessKey,
        String secretKey,
        Duration connectTimeout,
        Duration answerTimeout) {
    public S3Settings {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(linkEndpoint, "linkEndpoint is null");
        requireNonNull(region, "region is null");
        requireNonNull(bucket, "bucket is null");
        requireNonNull(accessKey, "accessKey is null");
        requireNonNull(secretKey, "secretKey is null");
        requireNonNull(connectTimeout, "connectTimeout is null");
        requireNonNull(answerTimeout, "answerTimeout is null");
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "S3Settings[endpoint=" + endpoint + ", bucket=" + bucket + ", accessKey=" + accessKey + "]";
    }
}
