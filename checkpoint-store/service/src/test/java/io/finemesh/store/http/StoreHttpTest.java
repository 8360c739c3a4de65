package io.finemesh.store.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.checkpoint.ModelImported;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.store.StoreClient;
import io.finemesh.contract.store.StoreException;
import io.finemesh.store.archive.Archives;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.model.TinyModel;
import io.finemesh.store.publication.RecordingPublisher;
import io.finemesh.store.publication.RecordingPublisher.Failure;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.StorageLayout;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class StoreHttpTest {
    private static final String PROBLEM = "application/problem+json";
    private static final String ROW = "{\"instruction\":\"q\",\"output\":\"a\"}\n";

    @TempDir
    private Path directory;

    @Inject
    MemoryStorage storage;

    @Inject
    RecordingPublisher publisher;

    @TestHTTPResource
    URI base;

    private StoreClient client;
    private Path model;

    @BeforeEach
    void prepare() {
        storage.fail(FaultPlan.NONE);
        publisher.fail(attempt -> Failure.NONE);
        publisher.clear();
        client = new StoreClient(base, Duration.ofSeconds(20));
        model = TinyModel.write(directory.resolve("model"), 1);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void importsADirectoryAndAnnouncesItOnce() {
        String body = "{\"path\":\"" + model + "\"}";
        String id = given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/models?name=by-path")
                .then()
                .statusCode(201)
                .header("Location", endsWith("/v1/models/by-path"))
                .body("name", is("by-path"))
                .body("configurationJson", equalTo(TinyModel.CONFIG))
                .extract()
                .path("checkpoint");

        given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/models?name=by-path")
                .then()
                .statusCode(201)
                .body("checkpoint", is(id));

        assertThat(publisher.bodies(ModelImported.class)).singleElement().satisfies(event -> {
            assertThat(event.checkpoint().value()).isEqualTo(id);
            assertThat(event.name()).isEqualTo("by-path");
        });
        given().get("/v1/models").then().statusCode(200).body("name", hasItem("by-path"));
    }

    @Test
    void everyCallOfTheContractsClientIsServed() throws Exception {
        ModelDescriptor byPath = client.importModel("client", model.toString());
        ModelDescriptor byTar =
                client.importModelTar("client-tar", BodyPublishers.ofByteArray(Archives.ofDirectory("", model)));
        assertThat(byTar.checkpoint()).isEqualTo(byPath.checkpoint());
        assertThat(client.model("client")).isEqualTo(byPath);
        assertThat(client.models()).contains(byPath, byTar);

        Manifest manifest = Manifest.parse(client.manifest(byPath.checkpoint()));
        assertThat(manifest.checkpointId()).isEqualTo(byPath.checkpoint().value());
        CheckpointDescriptor checkpoint = client.checkpoint(byPath.checkpoint());
        assertThat(checkpoint.weightsDigest()).isEqualTo(byPath.weightsDigest());
        assertThat(checkpoint.parent()).isEmpty();
        assertThat(client.nameCheckpoint("renamed", byPath.checkpoint()).checkpoint())
                .isEqualTo(byPath.checkpoint());

        BlobDigest known = new BlobDigest(manifest.weightBlobs().getFirst().digest());
        BlobReference fresh = new BlobReference(new BlobDigest("ab".repeat(32)), 77);
        assertThat(client.links(List.of(known)).links().getFirst().url()).endsWith(StorageLayout.blob(known));
        assertThat(client.stage(List.of(fresh)).tickets().getFirst().uploadUrl())
                .contains("memory:/put/" + StorageLayout.staged(fresh.digest()) + "?size=77");

        DatasetDescriptor dataset =
                client.importDataset("client-rows", Optional.of("alpaca"), BodyPublishers.ofString(ROW));
        assertThat(client.dataset("client-rows")).isEqualTo(dataset);
        assertThat(client.dataset("client-rows@1")).isEqualTo(dataset);
        assertThat(client.datasets()).contains(dataset);

        try (TarArchiveInputStream export = new TarArchiveInputStream(client.export(byPath.checkpoint()))) {
            List<String> names = new ArrayList<>();
            for (TarArchiveEntry entry = export.getNextEntry(); entry != null; entry = export.getNextEntry()) {
                names.add(entry.getName());
            }
            assertThat(names)
                    .containsExactly("config.json", "generation_config.json", "tokenizer.json", "model.safetensors");
        }
    }

    @Test
    void theClientHearsWhatKindOfFailureItWas() throws Exception {
        assertThatThrownBy(() -> client.model("nobody")).isInstanceOfSatisfying(StoreException.class, missing -> {
            assertThat(missing.isMissing()).isTrue();
            assertThat(missing.code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        });
        storage.fail(FaultPlan.always("put", Fault.FULL));
        assertThatThrownBy(() -> client.importDataset("full", Optional.empty(), BodyPublishers.ofString(ROW)))
                .isInstanceOfSatisfying(
                        StoreException.class, full -> assertThat(full.code()).isEqualTo(FailureCode.STORAGE_FULL));
        storage.fail((index, operation) -> Fault.SERVER_ERROR);
        assertThatThrownBy(() -> client.models())
                .isInstanceOfSatisfying(
                        StoreException.class, down -> assertThat(down.code()).isEqualTo(FailureCode.STORE_UNREACHABLE));
    }

    @Test
    void aRefusalNamesEveryProblemInTheAgreedForm() throws IOException {
        Files.writeString(
                model.resolve("config.json"),
                TinyModel.CONFIG
                        .replace("\"vocab_size\": 16", "\"vocab_size\": 0")
                        .replace("\"head_dim\": 4", "\"head_dim\": 3"));

        given().contentType(ContentType.JSON)
                .body("{\"path\":\"" + model + "\"}")
                .post("/v1/models?name=bad")
                .then()
                .statusCode(422)
                .contentType(PROBLEM)
                .body("type", is("urn:finemesh:problem:not-usable"))
                .body("title", notNullValue())
                .body("status", is(422))
                .body("detail", containsString("config.json"))
                .body("errors", hasItem(containsString("vocab_size")))
                .body("errors", hasItem(containsString("head_dim")));
    }

    @Test
    void malformedRequestsGetTypedAnswers() {
        given().contentType(ContentType.JSON)
                .body("{\"path\":\"/x\"}")
                .post("/v1/models")
                .then()
                .statusCode(400)
                .contentType(PROBLEM)
                .body("detail", containsString("name"));
        given().contentType(ContentType.JSON)
                .body("{}")
                .post("/v1/models?name=m")
                .then()
                .statusCode(400)
                .body("detail", containsString("path"));
        given().contentType(ContentType.JSON)
                .body("{\"path\":")
                .post("/v1/models?name=m")
                .then()
                .statusCode(400)
                .body("detail", containsString("not valid JSON"));
        given().contentType(ContentType.JSON)
                .body("{\"digests\":[\"xyz\"]}")
                .post("/v1/blobs/links")
                .then()
                .statusCode(400)
                .body("detail", containsString("LinkRequest"));
        given().contentType(ContentType.JSON)
                .body("{}")
                .post("/v1/blobs/stage")
                .then()
                .statusCode(400)
                .contentType(PROBLEM);
        given().contentType("text/html")
                .body("x")
                .post("/v1/models?name=m")
                .then()
                .statusCode(415)
                .contentType(PROBLEM);
        given().delete("/v1/models").then().statusCode(405).contentType(PROBLEM);
        given().get("/v1/nothing").then().statusCode(404).contentType(PROBLEM);
        given().get("/v1/checkpoints/ck-1").then().statusCode(400).contentType(PROBLEM);
        given().get("/v1/checkpoints/ck-" + "0".repeat(32))
                .then()
                .statusCode(404)
                .contentType(PROBLEM);
        given().get("/v1/manifests/ck-" + "0".repeat(32)).then().statusCode(404).contentType(PROBLEM);
        given().get("/v1/checkpoints/ck-" + "0".repeat(32) + "/export")
                .then()
                .statusCode(404)
                .contentType(PROBLEM);
        given().contentType(ContentType.TEXT)
                .body("ck-" + "0".repeat(32))
                .put("/v1/models/m/checkpoint")
                .then()
                .statusCode(404)
                .contentType(PROBLEM);
        given().contentType(ContentType.TEXT)
                .body("not an id")
                .put("/v1/models/m/checkpoint")
                .then()
                .statusCode(400)
                .contentType(PROBLEM);
    }

    @Test
    void everyUnknownObjectIsNamed() {
        given().contentType(ContentType.JSON)
                .body("{\"digests\":[\"" + "0".repeat(64) + "\",\"" + "1".repeat(64) + "\"]}")
                .post("/v1/blobs/links")
                .then()
                .statusCode(404)
                .body("errors", hasSize(2))
                .body("errors", everyItem(containsString("is not in the store")));
    }

    @Test
    void aJsonBodyThatIsTooLargeIsRefusedWithoutBeingRead() {
        given().contentType(ContentType.JSON)
                .body(new byte[9 << 20])
                .post("/v1/blobs/stage")
                .then()
                .statusCode(413)
                .contentType(PROBLEM);
    }

    @Test
    void aManifestIsServedByteForByte() throws Exception {
        CheckpointId id = client.importModel("verbatim", model.toString()).checkpoint();

        byte[] served = given().get("/v1/manifests/" + id)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();

        assertThat(served).isEqualTo(storage.objects().get(StorageLayout.manifest(id)));
    }

    @Test
    void anExportIsStreamedWithItsLengthAndIsTheSameEveryTime() throws Exception {
        CheckpointId id = client.importModel("exported", model.toString()).checkpoint();

        var first = given().get("/v1/checkpoints/" + id + "/export")
                .then()
                .statusCode(200)
                .contentType("application/x-tar")
                .header("Content-Disposition", containsString(id + ".tar"))
                .extract();
        byte[] second = given().get("/v1/checkpoints/" + id + "/export").asByteArray();

        assertThat(first.header("Content-Length")).isEqualTo(Integer.toString(second.length));
        assertThat(first.asByteArray()).isEqualTo(second);
        storage.fail((index, operation) -> operation.contains("blobs/") ? Fault.BODY_DAMAGED : Fault.NONE);
        given().get("/v1/checkpoints/" + id + "/export")
                .then()
                .statusCode(503)
                .contentType(PROBLEM)
                .body("detail", containsString("damaged"));
    }

    @Test
    void anUploadThatIsRefusedEarlyIsAnsweredEvenIfMuchOfItIsStillToCome() throws Exception {
        long size = 200L << 20;
        byte[] hostile = Archives.of(tar -> Archives.put(tar, "../evil", new byte[5]));
        InputStream endless = new SequenceInputStream(new ByteArrayInputStream(hostile), new Archives.Zeros(size));

        assertThatThrownBy(() -> client.importModelTar("evil", BodyPublishers.ofInputStream(() -> endless)))
                .isInstanceOfSatisfying(StoreException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(400);
                    assertThat(refused).hasMessageContaining("would leave the directory");
                });
    }

    @Test
    void whereRowsComeFromIsKeptWithTheirVersion() {
        String source = "hub:owner/sums@0123456789abcdef0123456789abcdef01234567:data/test.jsonl";
        given().body(ROW)
                .queryParam("source", source)
                .post("/v1/datasets?name=sourced")
                .then()
                .statusCode(201)
                .body("source", is(source));
        given().get("/v1/datasets/sourced@1").then().statusCode(200).body("source", is(source));
        given().body(ROW)
                .queryParam("source", "two\nlines")
                .post("/v1/datasets?name=sourced")
                .then()
                .statusCode(400)
                .body("detail", startsWith("the source is not taken"));
    }

    @Test
    void aDatasetIsAnsweredWithWhatWasDroppedAndWhy() {
        given().body(("\uFEFF" + ROW + "not json\r\n{\"instruction\":\"q\"}\n\n").getBytes(UTF_8))
                .post("/v1/datasets?name=rows")
                .then()
                .statusCode(201)
                .header("Location", endsWith("/v1/datasets/rows@1"))
                .body("version", is("rows@1"))
                .body("format", is("alpaca"))
                .body("samples", is(1))
                .body("dropped.not_json", is(1))
                .body("dropped.no_assistant_text", is(1))
                .body(
                        "droppedExamples",
                        contains(startsWith("line 2: not_json"), startsWith("line 3: no_assistant_text")));

        given().body(ROW).post("/v1/datasets?name=rows").then().statusCode(201).body("version", is("rows@1"));
        given().body(ROW + ROW.replace("q", "other"))
                .post("/v1/datasets?name=rows")
                .then()
                .statusCode(201)
                .body("version", is("rows@2"));

        assertThat(publisher.bodies(DatasetCommitted.class))
                .extracting(event -> event.version().value())
                .containsExactly("rows@1", "rows@2");
    }

    @Test
    void aDatasetWithoutOneUsableRowIsRefusedWithTheReasons() {
        given().body("{\"instruction\":\"q\"}\nx\n")
                .post("/v1/datasets?name=unusable&format=alpaca")
                .then()
                .statusCode(422)
                .contentType(PROBLEM)
                .body("errors", hasSize(2))
                .body("errors[0]", startsWith("line 1: no_assistant_text"));
        given().body(ROW)
                .post("/v1/datasets?name=unusable&format=parquet")
                .then()
                .statusCode(400)
                .body("detail", containsString("alpaca, openai, sharegpt, completion"));
        given().get("/v1/datasets/unusable").then().statusCode(404);
    }

    @Test
    void aBrokerThatIsAwayIs503AndARepetitionFinishes() {
        publisher.fail(attempt -> Failure.REFUSED);
        given().body(ROW.replace("q", "later"))
                .post("/v1/datasets?name=later")
                .then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .contentType(PROBLEM)
                .body("detail", containsString("repeat the request"));
        publisher.fail(attempt -> Failure.NONE);

        given().body(ROW.replace("q", "later"))
                .post("/v1/datasets?name=later")
                .then()
                .statusCode(201)
                .body("version", is("later@1"));

        assertThat(publisher.bodies(DatasetCommitted.class)).hasSize(1);
    }

    @Test
    void storageThatIsAwayIs503AndFullStorageIs507() {
        storage.fail((index, operation) -> Fault.SERVER_ERROR);
        given().get("/v1/models")
                .then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .contentType(PROBLEM);
        storage.fail(FaultPlan.always("put", Fault.FULL));
        given().body(ROW.replace("q", "full"))
                .post("/v1/datasets?name=full")
                .then()
                .statusCode(507)
                .contentType(PROBLEM)
                .body("type", is("urn:finemesh:problem:storage-full"));
    }

    @Test
    void whatNobodyForesawIsA500WithoutInnards() {
        storage.fail((index, operation) -> {
            throw new IllegalStateException("secret detail");
        });

        String body = given().get("/v1/models")
                .then()
                .statusCode(500)
                .contentType(PROBLEM)
                .extract()
                .asString();

        assertThat(body)
                .doesNotContain("secret detail")
                .doesNotContain("IllegalState")
                .contains("reference");
    }

    @Test
    void theCallersTraceIsCarriedIntoTheEvent() {
        given().header("traceparent", Segments.TRACEPARENT)
                .body(ROW.replace("q", "traced"))
                .post("/v1/datasets?name=traced")
                .then()
                .statusCode(201);

        assertThat(publisher.published()).singleElement().satisfies(event -> assertThat(event.traceparent())
                .contains(Segments.TRACEPARENT));
    }

    @Test
    void readinessSaysWhatIsMissingAndLivenessDoesNotDependOnIt() {
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/ready")
                .then()
                .statusCode(503)
                .body("checks.find { it.name == 'dependencies' }.data.broker", notNullValue());
    }
}
