package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import io.finemesh.contract.id.EventId;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.MoveReason;
import io.finemesh.contract.registry.RegistryEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.finemesh.gateway.fake.SampleRun;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class ImpactResourceTest {
    FakeStore store;

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @BeforeEach
    void ready() {
        store.reset();
        await().until(board::rebuilt);
    }

    @Test
    void runsCheckpointsAndLiveAliasesOfADataSetAreNamed() {
        broker.say(SampleRun.occurrences());
        broker.say(
                Topics.REGISTRY,
                Envelope.<RegistryEvent>starting(
                        new EventId("impact-alias"),
                        "/scheduler",
                        "impact@champion",
                        SampleRun.BEGIN,
                        Optional.empty(),
                        new AliasMoved(
                                "impact",
                                "champion",
                                1,
                                Optional.empty(),
                                SampleRun.checkpoint(3),
                                MoveReason.values()[0],
                                "a test",
                                Optional.empty(),
                                "moved")));

        await().untilAsserted(() -> given().get("/v1/impact/sums")
                .then()
                .statusCode(200)
                .body("runs.id", hasItem(SampleRun.ID.value()))
                .body("checkpoints", hasItem(SampleRun.checkpoint(3).value()))
                .body("aliases", hasItem("impact@champion"))
                .body("repair", nullValue()));
    }

    @Test
    void whatIsAskedWronglyIsSaid() {
        given().get("/v1/impact/never").then().statusCode(404);
        given().contentType("application/json").body("{}\n").post("/v1/datasets/stream/records");
        given().get("/v1/impact/stream@1?row=3.17").then().statusCode(400).body("detail", containsString("leave @"));
    }

    @Test
    void rowsOfADataSetThatWasUploadedWholeAreNumbered() {
        broker.say(SampleRun.occurrences());

        await().untilAsserted(() -> given().get("/v1/impact/sums@1?row=80")
                .then()
                .statusCode(200)
                .body("runs.id", hasItem(SampleRun.ID.value())));
        for (String none : List.of("81", "9999999999")) {
            given().get("/v1/impact/sums?row=" + none)
                    .then()
                    .statusCode(404)
                    .body("detail", containsString("from 1 to 80"));
        }
        for (String odd : List.of("0", "3.17", "-1", "99999999999999999999")) {
            given().get("/v1/impact/sums?row=" + odd)
                    .then()
                    .statusCode(400)
                    .body("detail", containsString("uploaded whole"), "detail", containsString("from 1 to 80"));
        }
    }
}
