package io.finemesh.store.storage;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Object storage over the S3 protocol: path-style addresses, signature version 4, one bucket. Every upload carries the SHA-256 of its
 * bytes, so that the server refuses what was damaged on the way; no other checksum is computed or expected, because not every server
 * knows the newer ones.
 */
public final class S3Storage implements ObjectStorage, AutoCloseable {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;
    private static final int INSUFFICIENT_STORAGE = 507;

    /** Answers in the 400s that say that the request was damaged or cut off on its way. */
    private static final Set<String> DAMAGED_ON_THE_WAY = Set.of(
            "BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout", "RequestTimeTooSkewed");

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(3);

    private final S3Settings settings;
    private final S3Client client;
    private final S3Presigner presigner;

    public S3Storage(S3Settings settings) {
        this.settings = settings;
        StaticCredentialsProvider credentials = StaticCredentialsProvider.create(
                AwsBasicCredentials.create(settings.accessKey(), settings.secretKey()));
        S3Configuration pathStyle =
                S3Configuration.builder().pathStyleAccessEnabled(true).build();
        this.client = S3Client.builder()
                .endpointOverride(settings.endpoint())
                .region(Region.of(settings.region()))
                .credentialsProvider(credentials)
                .serviceConfiguration(pathStyle)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(settings.connectTimeout())
                        .socketTimeout(settings.answerTimeout()))
                .build();
        this.presigner = S3Presigner.builder()
                .endpointOverride(settings.linkEndpoint())
                .region(Region.of(settings.region()))
                .credentialsProvider(credentials)
                .serviceConfiguration(pathStyle)
                .build();
    }

    @Override
    public PutOutcome putIfAbsent(String key, ObjectContent content) {
        try {
            client.putObject(
                    request -> request.bucket(settings.bucket())
                            .key(key)
                            .ifNoneMatch("*")
                            .contentLength(content.sizeBytes())
                            .contentType("application/octet-stream")
                            .checksumSHA256(base64(content.sha256())),
                    RequestBody.fromContentProvider(
                            () -> {
                                try {
                                    return content.source().open();
                                } catch (IOException unreadable) {
                                    throw new StorageUnavailableException(
                                            "what was to be written to " + key + " could not be read: "
                                                    + unreadable.getMessage(),
                                            unreadable);
                                }
                            },
                            content.sizeBytes(),
                            "application/octet-stream"));
            return PutOutcome.CREATED;
        } catch (S3Exception answer) {
            if (answer.statusCode() == PRECONDITION_FAILED) {
                return PutOutcome.TAKEN;
            }
            throw failed("writing " + key, answer);
        } catch (SdkException lost) {
            throw failed("writing " + key, lost);
        }
    }

    @Override
    public Optional<StoredObject> get(String key) {
        return find("reading " + key, () -> {
            ResponseInputStream<GetObjectResponse> answer = client.getObject(
                    request -> request.bucket(settings.bucket()).key(key));
            long size = answer.response().contentLength();
            return new StoredObject(
                    new ObjectFacts(key, size, answer.response().eTag()),
                    new ExactLengthStream(answer, size, answer::abort));
        });
    }

    @Override
    public Optional<ObjectFacts> head(String key) {
        return find("looking for " + key, () -> {
            HeadObjectResponse answer = client.headObject(
                    request -> request.bucket(settings.bucket()).key(key));
            return new ObjectFacts(key, answer.contentLength(), answer.eTag());
        });
    }

    @Override
    public List<ObjectFacts> list(String prefix) {
        try {
            List<ObjectFacts> found = new ArrayList<>();
            client.listObjectsV2Paginator(
                            request -> request.bucket(settings.bucket()).prefix(prefix))
                    .contents()
                    .forEach(object -> found.add(
                            new ObjectFacts(object.key(), object.size(), object.eTag() == null ? "" : object.eTag())));
            found.sort(Comparator.comparing(ObjectFacts::key));
            return found;
        } catch (SdkException failure) {
            throw failed("listing " + prefix, failure);
        }
    }

    @Override
    public CopyOutcome copy(String source, String entityTag, String target) {
        try {
            client.copyObject(request -> request.sourceBucket(settings.bucket())
                    .sourceKey(source)
                    .copySourceIfMatch(entityTag)
                    .destinationBucket(settings.bucket())
                    .destinationKey(target));
            return CopyOutcome.COPIED;
        } catch (S3Exception answer) {
            if (answer.statusCode() == PRECONDITION_FAILED) {
                return CopyOutcome.SOURCE_CHANGED;
            }
            if (answer.statusCode() == NOT_FOUND && !isBucketMissing(answer)) {
                return CopyOutcome.SOURCE_MISSING;
            }
            throw failed("copying " + source + " to " + target, answer);
        } catch (SdkException lost) {
            throw failed("copying " + source + " to " + target, lost);
        }
    }

    @Override
    public void delete(String key) {
        try {
            client.deleteObject(request -> request.bucket(settings.bucket()).key(key));
        } catch (SdkException failure) {
            throw failed("deleting " + key, failure);
        }
    }

    @Override
    public URI presignGet(String key, Duration validity) {
        return URI.create(presigner
                .presignGetObject(presign -> presign.signatureDuration(validity)
                        .getObjectRequest(
                                request -> request.bucket(settings.bucket()).key(key)))
                .url()
                .toExternalForm());
    }

    @Override
    public URI presignPut(String key, long sizeBytes, Duration validity) {
        // The length is part of what is signed: an upload of any other size is refused.
        return URI.create(presigner
                .presignPutObject(presign -> presign.signatureDuration(validity)
                        .putObjectRequest(request ->
                                request.bucket(settings.bucket()).key(key).contentLength(sizeBytes)))
                .url()
                .toExternalForm());
    }

    @Override
    public void requireReachable() {
        try {
            client.headBucket(request -> request.bucket(settings.bucket())
                    .overrideConfiguration(override -> override.apiCallTimeout(PROBE_TIMEOUT)));
        } catch (SdkException failure) {
            throw failed("looking for the bucket", failure);
        }
    }

    @Override
    public void close() {
        presigner.close();
        client.close();
    }

    private <T> Optional<T> find(String what, Supplier<T> call) {
        try {
            return Optional.of(call.get());
        } catch (S3Exception answer) {
            if (answer.statusCode() == NOT_FOUND && !isBucketMissing(answer)) {
                return Optional.empty();
            }
            throw failed(what, answer);
        } catch (SdkException lost) {
            throw failed(what, lost);
        }
    }

    private StorageException failed(String what, SdkException failure) {
        String where = what + " in bucket " + settings.bucket() + " at " + settings.endpoint();
        if (!(failure instanceof S3Exception answer)) {
            return new StorageUnavailableException(where + ": no answer (" + rootMessage(failure) + ")", failure);
        }
        int status = answer.statusCode();
        String reason = answer.awsErrorDetails() == null
                ? "HTTP " + status
                : answer.awsErrorDetails().errorCode() + ", HTTP " + status + ", "
                        + answer.awsErrorDetails().errorMessage();
        if (status == INSUFFICIENT_STORAGE || StorageFullException.saysFull(reason)) {
            return new StorageFullException(
                    where + ": the storage is full (" + reason + "); free space there and repeat the request", failure);
        }
        boolean transientFailure = status >= SERVER_ERROR
                || status == CONFLICT
                || status == TOO_MANY_REQUESTS
                || answer.awsErrorDetails() != null
                        && DAMAGED_ON_THE_WAY.contains(answer.awsErrorDetails().errorCode());
        if (transientFailure) {
            return new StorageUnavailableException(where + ": " + reason, failure);
        }
        return new StorageRefusedException(
                where + ": " + reason + "; check FINEMESH_S3_ENDPOINT, FINEMESH_S3_BUCKET, FINEMESH_S3_ACCESS_KEY and"
                        + " FINEMESH_S3_SECRET_KEY, and that the bucket exists",
                failure);
    }

    private static boolean isBucketMissing(S3Exception answer) {
        return answer.awsErrorDetails() != null
                && "NoSuchBucket".equals(answer.awsErrorDetails().errorCode());
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }
}
