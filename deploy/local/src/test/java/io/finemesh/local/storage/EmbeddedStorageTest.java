package io.finemesh.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.finemesh.local.ports.PortPlan;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

class EmbeddedStorageTest {
    private static final String BUCKET = "finemesh";
    private static final StorageCredentials CREDENTIALS = new StorageCredentials("owner", "secret of the owner");

    @TempDir
    static Path folder;

    private static EmbeddedStorage storage;
    private static S3Client client;

    @BeforeAll
    static void start() {
        storage = start(folder.resolve("s3"));
        client = client(storage, CREDENTIALS);
    }

    @AfterAll
    static void stop() {
        client.close();
        storage.close();
    }

    @Test
    void aConditionalWriteIsRefusedWhenTheObjectExists() {
        client.putObject(
                put -> put.bucket(BUCKET).key("manifests/ck-1.json").ifNoneMatch("*"), RequestBody.fromString("first"));

        S3Exception refusal = catchThrowableOfType(
                S3Exception.class,
                () -> client.putObject(
                        put -> put.bucket(BUCKET).key("manifests/ck-1.json").ifNoneMatch("*"),
                        RequestBody.fromString("second")));

        assertThat(refusal.statusCode()).isEqualTo(412);
        assertThat(read(client, "manifests/ck-1.json")).isEqualTo("first");
    }

    @Test
    void presignedAddressesWorkWithoutCredentialsAndOnlyForWhatTheySay() throws Exception {
        byte[] blob = new byte[3_000_000];
        new Random(7).nextBytes(blob);
        try (S3Presigner presigner = presigner();
                HttpClient http = HttpClient.newHttpClient()) {
            URI put = presigner
                    .presignPutObject(request -> request.signatureDuration(Duration.ofMinutes(5))
                            .putObjectRequest(object -> object.bucket(BUCKET).key("blobs/sha256/ab/cd")))
                    .url()
                    .toURI();
            URI get = presigner
                    .presignGetObject(request -> request.signatureDuration(Duration.ofMinutes(5))
                            .getObjectRequest(object -> object.bucket(BUCKET).key("blobs/sha256/ab/cd")))
                    .url()
                    .toURI();
            HttpRequest upload = HttpRequest.newBuilder(put)
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(blob))
                    .build();
            HttpRequest elsewhere = HttpRequest.newBuilder(
                            URI.create(put.toString().replace("ab/cd", "ab/ce")))
                    // Small: a refusal comes before the body is read, and the connection of a long one would break.
                    .PUT(HttpRequest.BodyPublishers.ofString("elsewhere"))
                    .build();

            assertThat(http.send(upload, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            assertThat(http.send(elsewhere, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(403);
            assertThat(http.send(HttpRequest.newBuilder(get).build(), BodyHandlers.ofByteArray())
                            .body())
                    .isEqualTo(blob);
        }
        // The address is path-style and the object a plain file.
        assertThat(folder.resolve("s3/finemesh/blobs/sha256/ab/cd")).hasBinaryContent(blob);
    }

    @Test
    void aRangeOfAnObjectCanBeRead() {
        client.putObject(put -> put.bucket(BUCKET).key("header"), RequestBody.fromString("0123456789"));

        assertThat(client.getObjectAsBytes(
                                get -> get.bucket(BUCKET).key("header").range("bytes=2-4"))
                        .asUtf8String())
                .isEqualTo("234");
    }

    @Test
    void objectsSurviveARestart() {
        Path directory = folder.resolve("restarted");
        try (EmbeddedStorage first = start(directory);
                S3Client firstClient = client(first, CREDENTIALS)) {
            firstClient.putObject(put -> put.bucket(BUCKET).key("kept"), RequestBody.fromString("content"));
        }

        try (EmbeddedStorage second = start(directory);
                S3Client secondClient = client(second, CREDENTIALS)) {
            assertThat(read(secondClient, "kept")).isEqualTo("content");
        }
    }

    @Test
    void requestsThatCarryXmlAreUnderstood() {
        String upload = client.createMultipartUpload(
                        create -> create.bucket(BUCKET).key("large"))
                .uploadId();
        String tag = client.uploadPart(
                        part -> part.bucket(BUCKET)
                                .key("large")
                                .uploadId(upload)
                                .partNumber(1),
                        RequestBody.fromString("in parts"))
                .eTag();
        client.completeMultipartUpload(complete -> complete.bucket(BUCKET)
                .key("large")
                .uploadId(upload)
                .multipartUpload(parts -> parts.parts(
                        CompletedPart.builder().partNumber(1).eTag(tag).build())));
        assertThat(read(client, "large")).isEqualTo("in parts");

        client.deleteObjects(delete -> delete.bucket(BUCKET)
                .delete(objects ->
                        objects.objects(ObjectIdentifier.builder().key("large").build())));
        assertThat(client.listObjectsV2(list -> list.bucket(BUCKET).prefix("large"))
                        .contents())
                .isEmpty();
    }

    @Test
    void otherCredentialsAreRefused() {
        for (StorageCredentials wrong :
                List.of(new StorageCredentials("owner", "guess"), new StorageCredentials("guest", "guess"))) {
            try (S3Client stranger = client(storage, wrong)) {
                assertThatThrownBy(() -> read(stranger, "header"))
                        .isInstanceOfSatisfying(S3Exception.class, refusal -> assertThat(refusal.statusCode())
                                .isEqualTo(403));
            }
        }
    }

    @Test
    void aFullDiskIsAnsweredAsOneToClientsAndToPresignedUploads() throws Exception {
        Properties properties = new Properties();
        properties.setProperty(
                "jclouds.filesystem.basedir",
                Files.createDirectories(folder.resolve("full")).toString());
        AtomicBoolean full = new AtomicBoolean();
        BlobStore disk = new ForwardingBlobStore(BlobStores.create("filesystem-nio2", properties)) {
            @Override
            public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
                if (full.get()) {
                    throw new UncheckedIOException(
                            new FileSystemException("blobs/tmp", null, "No space left on device"));
                }
                return super.putBlob(request, payload);
            }
        };
        URI endpoint = URI.create("http://127.0.0.1:"
                + PortPlan.free(RandomGenerator.getDefault()).storage());
        try (EmbeddedStorage small = EmbeddedStorage.start(disk, endpoint, CREDENTIALS, BUCKET);
                S3Client writer = client(small, CREDENTIALS);
                S3Presigner presigner = presigner(endpoint);
                HttpClient http = HttpClient.newHttpClient()) {
            full.set(true);

            S3Exception refusal = catchThrowableOfType(
                    S3Exception.class,
                    () -> writer.putObject(put -> put.bucket(BUCKET).key("a"), RequestBody.fromString("a")));
            assertThat(refusal.statusCode()).isEqualTo(507);
            assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("InsufficientStorage");

            HttpRequest upload = HttpRequest.newBuilder(presigner
                            .presignPutObject(request -> request.signatureDuration(Duration.ofMinutes(5))
                                    .putObjectRequest(
                                            object -> object.bucket(BUCKET).key("b")))
                            .url()
                            .toURI())
                    .PUT(HttpRequest.BodyPublishers.ofString("b"))
                    .build();
            HttpResponse<String> answer = http.send(upload, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(507);
            assertThat(answer.body()).contains("<Code>InsufficientStorage</Code>");

            full.set(false);
            assertThat(http.send(upload, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> start(file.resolve("s3")))
                .isInstanceOf(EmbeddedStorage.StorageException.class)
                .hasMessageContaining(file.resolve("s3").toString());
    }

    private static EmbeddedStorage start(Path directory) {
        return EmbeddedStorage.start(
                directory, PortPlan.free(RandomGenerator.getDefault()).storage(), CREDENTIALS, BUCKET);
    }

    private static S3Client client(EmbeddedStorage of, StorageCredentials credentials) {
        return S3Client.builder()
                .endpointOverride(of.endpoint())
                .region(Region.of(EmbeddedStorage.REGION))
                .forcePathStyle(true)
                .credentialsProvider(provider(credentials))
                .build();
    }

    private static S3Presigner presigner() {
        return presigner(storage.endpoint());
    }

    private static S3Presigner presigner(URI endpoint) {
        return S3Presigner.builder()
                .endpointOverride(endpoint)
                .region(Region.of(EmbeddedStorage.REGION))
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .credentialsProvider(provider(CREDENTIALS))
                .build();
    }

    private static StaticCredentialsProvider provider(StorageCredentials credentials) {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(credentials.accessKey(), credentials.secretKey()));
    }

    private static String read(S3Client from, String key) {
        return from.getObjectAsBytes(get -> get.bucket(BUCKET).key(key)).asUtf8String();
    }
}
