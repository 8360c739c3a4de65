package io.finemesh.store.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.store.storage.FakeS3Server.Trouble;
import io.finemesh.store.storage.ObjectStorage.CopyOutcome;
import io.finemesh.store.storage.ObjectStorage.PutOutcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3StorageTest {
    private static final byte[] BYTES = "some bytes".getBytes(UTF_8);

    private FakeS3Server server;
    private S3Storage storage;

    @BeforeEach
    void start() {
        server = new FakeS3Server();
        storage = storage(server.endpoint(), FakeS3Server.BUCKET);
    }

    @AfterEach
    void stop() {
        storage.close();
        server.close();
    }

    @Test
    void writesOnceAndSaysWhenTheKeyIsTaken() throws IOException {
        assertThat(storage.putIfAbsent("a/b", ObjectContent.of(BYTES))).isEqualTo(PutOutcome.CREATED);
        assertThat(storage.putIfAbsent("a/b", ObjectContent.of("other".getBytes(UTF_8))))
                .isEqualTo(PutOutcome.TAKEN);

        try (StoredObject object = storage.get("a/b").orElseThrow()) {
            assertThat(object.body().readAllBytes()).isEqualTo(BYTES);
            assertThat(object.facts().sizeBytes()).isEqualTo(BYTES.length);
        }
        assertThat(storage.head("a/b"))
                .hasValueSatisfying(facts -> assertThat(facts.sizeBytes()).isEqualTo(BYTES.length));
    }

    @Test
    void streamsAFileOfMoreThanOneChunk(@TempDir Path directory) throws IOException {
        byte[] large = new byte[3_000_001];
        new Random(1).nextBytes(large);
        Path file = Files.write(directory.resolve("large"), large);

        storage.putIfAbsent("large", ObjectContent.of(file, Sha256.of(large), large.length));

        assertThat(Sha256.of(server.objects().get("large"))).isEqualTo(Sha256.of(large));
    }

    @Test
    void theServerChecksTheDigestOfEveryUpload() {
        ObjectContent lying = new ObjectContent(
                BYTES.length, Sha256.of("other".getBytes(UTF_8)), () -> new java.io.ByteArrayInputStream(BYTES));

        assertThatThrownBy(() -> storage.putIfAbsent("k", lying)).isInstanceOf(StorageUnavailableException.class);

        assertThat(server.objects()).isEmpty();
    }

    @Test
    void whatIsNotThereIsEmptyAndCanBeDeleted() {
        assertThat(storage.get("nothing")).isEmpty();
        assertThat(storage.head("nothing")).isEmpty();
        storage.delete("nothing");
    }

    @Test
    void listsEveryPageInOrder() {
        for (int i = 0; i < 7; i++) {
            server.place("p/" + i, BYTES);
        }
        server.place("q/1", BYTES);

        assertThat(storage.list("p/"))
                .extracting(ObjectFacts::key)
                .containsExactly("p/0", "p/1", "p/2", "p/3", "p/4", "p/5", "p/6");
    }

    @Test
    void copiesOnlyWhatWasVerified() {
        server.place("staged", BYTES);
        String verified = storage.head("staged").orElseThrow().entityTag();

        assertThat(storage.copy("staged", verified, "blob")).isEqualTo(CopyOutcome.COPIED);
        server.place("staged", "replaced since".getBytes(UTF_8));
        assertThat(storage.copy("staged", verified, "second")).isEqualTo(CopyOutcome.SOURCE_CHANGED);
        assertThat(storage.copy("gone", verified, "third")).isEqualTo(CopyOutcome.SOURCE_MISSING);

        assertThat(server.objects()).containsOnlyKeys("staged", "blob");
        assertThat(server.objects().get("blob")).isEqualTo(BYTES);
    }

    @Test
    void presignedLinksCarryEverythingThatIsNeeded() throws Exception {
        URI put = storage.presignPut("up", BYTES.length, Duration.ofMinutes(5));
        URI get = storage.presignGet("up", Duration.ofMinutes(5));

        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(http.send(
                                    HttpRequest.newBuilder(put)
                                            .PUT(BodyPublishers.ofByteArray(BYTES))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(http.send(HttpRequest.newBuilder(get).build(), BodyHandlers.ofByteArray())
                            .body())
                    .isEqualTo(BYTES);
        }
        Map<String, String> query = FakeS3Server.query(put.getRawQuery());
        assertThat(query).containsEntry("X-Amz-Expires", "300").containsEntry("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        // A stranger with the link cannot upload more than was announced, and needs no header that it does not know of.
        assertThat(query.get("X-Amz-SignedHeaders")).isEqualTo("content-length;host");
    }

    @Test
    void linksMayNameAnotherEndpointThanTheStoreUses() {
        try (S3Storage split = new S3Storage(new S3Settings(
                server.endpoint(),
                URI.create("http://storage.example:9000"),
                "us-east-1",
                FakeS3Server.BUCKET,
                "key",
                "secret",
                Duration.ofSeconds(1),
                Duration.ofSeconds(1)))) {
            assertThat(split.presignGet("k", Duration.ofMinutes(1)).toString())
                    .startsWith("http://storage.example:9000/bucket/k?");
            split.requireReachable();
        }
    }

    @ParameterizedTest(name = "HTTP {0} {1} is {2}")
    @CsvSource({
        "500, InternalError,        StorageUnavailableException",
        "503, SlowDown,             StorageUnavailableException",
        "409, ConditionalRequestConflict, StorageUnavailableException",
        "429, TooManyRequests,      StorageUnavailableException",
        "507, InsufficientStorage,  StorageFullException",
        "500, No space left on device, StorageFullException",
        "403, SignatureDoesNotMatch, StorageRefusedException",
        "0,   (no answer),          StorageUnavailableException",
    })
    void whatTheServerSaysIsTyped(int status, String code, String expected) {
        server.trouble(new Trouble(request -> true, status, code, false));

        assertThatThrownBy(() -> storage.putIfAbsent("k", ObjectContent.of(BYTES)))
                .isInstanceOf(StorageException.class)
                .satisfies(failure ->
                        assertThat(failure.getClass().getSimpleName()).isEqualTo(expected))
                .hasMessageContaining("writing k");

        assertThat(server.objects()).isEmpty();
    }

    @Test
    void aReplyThatIsLostAfterTheWriteIsFoundOut() {
        server.trouble(new Trouble(request -> request.startsWith("PUT"), 0, "", true));

        assertThat(new DecisivePut(storage).put("k", ObjectContent.of(BYTES))).isEqualTo(DecisivePut.Outcome.PRESENT);

        assertThat(server.objects()).containsOnlyKeys("k");
    }

    @Test
    void aBodyThatEndsEarlyIsAnErrorAndNotAShortObject() {
        server.place("k", new byte[100_000]);
        server.trouble(new Trouble(request -> request.equals("GET k"), 1, "", false));

        assertThatThrownBy(() -> {
                    try (StoredObject object = storage.get("k").orElseThrow()) {
                        object.body().readAllBytes();
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void aMissingBucketIsSaidWithWhatToCheck() {
        try (S3Storage elsewhere = storage(server.endpoint(), "no-such-bucket")) {
            assertThatThrownBy(elsewhere::requireReachable)
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("FINEMESH_S3_BUCKET");
            assertThatThrownBy(() -> elsewhere.get("k")).isInstanceOf(StorageRefusedException.class);
        }
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() {
        URI gone = server.endpoint();
        server.close();
        try (S3Storage nobody = storage(gone, FakeS3Server.BUCKET)) {
            assertThatThrownBy(nobody::requireReachable)
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("no answer");
        }
    }

    @Test
    void settingsDoNotShowTheSecret() {
        assertThat(new S3Settings(
                                server.endpoint(),
                                server.endpoint(),
                                "us-east-1",
                                "b",
                                "key",
                                "very-secret",
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1))
                        .toString())
                .doesNotContain("very-secret");
    }

    private static S3Storage storage(URI endpoint, String bucket) {
        return new S3Storage(new S3Settings(
                endpoint,
                endpoint,
                "us-east-1",
                bucket,
                "key",
                "secret",
                Duration.ofSeconds(1),
                Duration.ofSeconds(5)));
    }
}
