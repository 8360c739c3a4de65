package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class RecordResourceTest {
    private static final String ROWS = "{\"instruction\":\"q\",\"output\":\"a\"}\n".repeat(4);

    FakeStore store;

    @BeforeEach
    void ready() {
        store.reset();
    }

    @Test
    void recordsStreamThroughAndAreAccountedFor() {
        given().contentType("application/x-ndjson")
                .body(ROWS.getBytes(UTF_8))
                .post("/v1/datasets/stream/records?held_out=0.25&format=alpaca")
                .then()
                .statusCode(201)
                .header("Location", containsString("/v1/datasets/stream@1"))
                .body("version", equalTo("stream@1"))
                .body("samples", equalTo(4))
                .body("heldOut", equalTo(1))
                .body("duplicates", equalTo(2))
                .body("quarantined.not_json", equalTo(3))
                .body("examples[0]", equalTo("line 7"))
                .body("dataset.growth.slice", equalTo(1))
                .body("dataset.growth.heldOutFraction", equalTo(0.1f));

        assertThat(store.lastQuery()).isEqualTo(Map.of("format", "alpaca", "heldOut", "0.25"));
    }

    @Test
    void partsOfADataSetComeAsAnArchive() {
        for (String path : List.of("/v1/datasets/stream/records", "/v1/datasets?name=fresh")) {
            given().contentType("application/x-tar")
                    .body(new byte[1024])
                    .post(path)
                    .then()
                    .statusCode(anyOf(is(200), is(201)));
        }
        given().contentType("application/zip")
                .body(new byte[1024])
                .post("/v1/datasets?name=fresh")
                .then()
                .statusCode(415);
    }

    @Test
    void aHubsIdInThePlaceOfANameIsRefusedWithWhatToDo() {
        given().urlEncodingEnabled(false)
                .get("/v1/datasets/hub%3Aopenai")
                .then()
                .statusCode(400)
                .body("detail", containsString("from which the gateway fetches nothing"));
    }

    @Test
    void recordsThatWereAllKnownAreNoNewVersion() {
        given().contentType("application/json")
                .body("[]")
                .post("/v1/datasets/stream/records")
                .then()
                .statusCode(200)
                .body("grew", equalTo(false));
    }

    @Test
    void slicesAndQuarantineCanBeLookedAt() {
        given().get("/v1/datasets/stream/slices")
                .then()
                .statusCode(200)
                .body("[0].number", equalTo(1))
                .body("[0].origin", equalTo("request"));
        given().get("/v1/datasets/stream/quarantine").then().statusCode(200).body(containsString("slice"));
    }

    @Test
    void aRowNobodyHasIsWhatTheStoreSays() {
        given().get("/v1/datasets/stream/rows/3.17")
                .then()
                .statusCode(404)
                .body("detail", containsString("never had a row 3.17"));
        given().post("/v1/datasets/stream/rows/3.17/quarantine?reason=wrong")
                .then()
                .statusCode(404);
    }

    @Test
    void aReasonIsAsLongAsItFitsOnItsWayToTheStore() {
        String longest = "\uD83C\uDF31".repeat(300);
        given().queryParam("reason", longest)
                .post("/v1/datasets/stream/rows/3.17/quarantine")
                .then()
                .statusCode(404);
        given().queryParam("reason", "r".repeat(301))
                .post("/v1/datasets/stream/rows/3.17/quarantine")
                .then()
                .statusCode(400)
                .body("detail", containsString("at most 300 characters"));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/datasets/stream/records?held_out=much, held_out is 'much'",
        "/v1/datasets/stream/records?held_out=0.95, from 0 to 0.9",
        "/v1/datasets/stream/records?format=parquet, alpaca",
        "/v1/datasets/stream@3/records, versions never change",
        "/v1/datasets/-stream/records, beginning with a letter or digit"
    })
    void whatIsWrongWithARequestIsSaid(String path, String words) {
        given().contentType("application/x-ndjson")
                .body(ROWS.getBytes(UTF_8))
                .post(path)
                .then()
                .statusCode(400)
                .body("detail", containsString(words));
    }
}
