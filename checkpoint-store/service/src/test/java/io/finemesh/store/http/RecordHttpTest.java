package io.finemesh.store.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;

import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.store.StoreClient;
import io.finemesh.contract.store.StoreException;
import io.finemesh.store.publication.RecordingPublisher;
import io.finemesh.store.publication.RecordingPublisher.Failure;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RecordHttpTest {
    private static final String PROBLEM = "application/problem+json";

    @Inject
    MemoryStorage storage;

    @Inject
    RecordingPublisher publisher;

    @TestHTTPResource
    URI base;

    private StoreClient client;

    @BeforeEach
    void prepare() {
        storage.fail(FaultPlan.NONE);
        publisher.fail(attempt -> Failure.NONE);
        publisher.clear();
        client = new StoreClient(base, Duration.ofSeconds(20));
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void recordsAreCommittedAnnouncedAndLookedAt() throws StoreException, IOException {
        AppendReceipt first = client.appendRecords("growing", Optional.empty(), OptionalDouble.of(0), rows("a", "b"));
        AppendReceipt second =
                client.appendRecords("growing", Optional.of("alpaca"), OptionalDouble.empty(), rows("b", "c"));

        assertThat(first.samples()).isEqualTo(2);
        assertThat(second.samples()).isEqualTo(1);
        assertThat(second.duplicates()).isEqualTo(1);
        assertThat(client.slices("growing").stream().map(DatasetSlice::samples)).containsExactly(2L, 1L);
        List<DatasetCommitted> told = publisher.bodies(DatasetCommitted.class);
        assertThat(told.stream().map(committed -> committed.version().value()))
                .containsExactly("growing@1", "growing@2");
        assertThat(told.getLast().growth()).isEqualTo(second.dataset().growth());
        RowDescriptor row = client.row("growing", "2.1");
        AppendReceipt without = client.quarantineRow("growing", row.row(), "an empty promise");
        assertThat(without.dataset().samples()).isEqualTo(2);
        try (InputStream kept = client.quarantined("growing")) {
            assertThat(new String(kept.readAllBytes(), UTF_8))
                    .contains("an empty promise")
                    .startsWith("{\"slice\":3,");
        }
        assertThat(client.dataset("growing@1:held-out").samples()).isZero();
        assertThatThrownBy(() -> client.row("growing", "7.7"))
                .isInstanceOfSatisfying(StoreException.class, failed -> assertThat(failed.isMissing())
                        .isTrue());
    }

    private static BodyPublisher rows(String... questions) {
        StringBuilder rows = new StringBuilder();
        for (String question : questions) {
            rows.append(row(question));
        }
        return BodyPublishers.ofString(rows.toString());
    }

    private static String row(String question) {
        return "{\"instruction\":\"" + question + "\",\"output\":\"x\"}\n";
    }

    @Test
    void aNewVersionIs201AndNothingNewIs200() {
        given().body(row("a"))
                .post("/v1/datasets/codes/records?heldOut=0")
                .then()
                .statusCode(201)
                .header("Location", endsWith("/v1/datasets/codes@1"))
                .body("grew", is(true));
        given().body(row("a"))
                .post("/v1/datasets/codes/records")
                .then()
                .statusCode(200)
                .body("grew", is(false))
                .body("duplicates", is(1));
    }

    @Test
    void aVersionThatCouldNotBeAnnouncedIsAnnouncedBeforeTheNextOne() {
        publisher.fail(attempt -> Failure.REFUSED);
        given().body(row("a"))
                .post("/v1/datasets/ordered/records?heldOut=0")
                .then()
                .statusCode(503)
                .contentType(PROBLEM)
                .body("detail", containsString("repeat the request"));
        publisher.fail(attempt -> Failure.NONE);

        given().body(row("b")).post("/v1/datasets/ordered/records").then().statusCode(201);

        assertThat(publisher.bodies(DatasetCommitted.class).stream()
                        .map(committed -> committed.version().value()))
                .containsExactly("ordered@1", "ordered@2");
    }

    @Test
    void whatIsWrongWithARequestIsSaid() {
        Map<String, String> wrong = Map.of(
                "/v1/datasets/w/records?heldOut=much", "heldOut is 'much'",
                "/v1/datasets/w/records?format=parquet", "alpaca, openai, sharegpt, completion",
                "/v1/datasets/w/rows/1.1/quarantine", "there is no reason");
        wrong.forEach((path, words) -> given().body(row("a"))
                .post(path)
                .then()
                .statusCode(400)
                .contentType(PROBLEM)
                .body("detail", containsString(words)));
        given().get("/v1/datasets/never/slices").then().statusCode(404);
        given().get("/v1/datasets/never/quarantine").then().statusCode(404).contentType(PROBLEM);
    }
}
