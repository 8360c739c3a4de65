package io.finemesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finemesh.cli.command.Session;
import io.finemesh.cli.hub.FakeHub;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wherever data is named, it may be named by a hub's id or a path, and what goes wrong has its own exit status. */
class DataNamesTest {
    /** SHA-256 of the rows begins so. */
    private static final String MARK = "e3464320";

    private static final String ROWS = "{\"a\":1}\n";

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private FakeGateway gateway;
    private FakeHub hub;
    private String rows;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway();
        hub = new FakeHub().file("data/test.jsonl", ROWS, "");
        rows = Files.writeString(directory.resolve("rows.jsonl"), ROWS).toString();
    }

    @AfterEach
    void close() {
        gateway.close();
        hub.close();
    }

    private int finemesh(String... arguments) {
        return finemesh(Map.of("HF_ENDPOINT", hub.endpoint().toString()), arguments);
    }

    private int finemesh(Map<String, String> more, String... arguments) {
        Map<String, String> environment = new HashMap<>(more);
        environment.putIfAbsent("XDG_CACHE_HOME", directory.toString());
        return gateway.finemesh(Finemesh.commandLine(environment), out, err, arguments);
    }

    private FakeGateway takes(String query, String version) {
        return gateway.on(
                "POST /v1/datasets?" + query, 201, "{\"version\":\"" + version + "\",\"samples\":1,\"dropped\":{}}");
    }

    private static String source() {
        return "&source=hub%3Aowner%2Fsums%40" + FakeHub.COMMIT + "%3Adata%2Ftest.jsonl";
    }

    private String sent() {
        return gateway.requests().getLast().body();
    }

    private String written(String name, String document) throws Exception {
        return Files.writeString(directory.resolve(name), document.replace("ROWS", rows))
                .toString();
    }

    @Test
    void aRunSpecificationIsSentWithVersionsInThePlacesOfIdsAndPaths() throws Exception {
        takes("name=sums-test-01234567" + source(), "sums-test-01234567@1");
        takes("name=rows-" + MARK + "&format=documents", "rows-" + MARK + "@2");
        takes("name=rows-" + MARK, "rows-" + MARK + "@3");
        gateway.on("POST /v1/runs", 202, "{\"id\":\"r-1\"}");
        String document = """
                # \uD83C\uDF31 a comment before "dataset: ./x.jsonl"
                model: m
                dataset: hub:owner/sums:test   # the stream
                evaluation:
                  dataset: 'ROWS'
                  tasks:
                    - {task: held_out_loss, limit: 0x10}
                    - {task: gsm8k, dataset: kept, examples: "ROWS"}
                  judge:
                    prompts: >-
                      ROWS
                output_name: hub:owner/sums
                """;

        assertThat(finemesh("run", written("run.yaml", document))).isZero();

        assertThat(sent())
                .isEqualTo(document.replace("hub:owner/sums:test", "\"sums-test-01234567@1\"")
                        .replace("'ROWS'", "\"rows-" + MARK + "@3\"")
                        .replace("\"ROWS\"", "\"rows-" + MARK + "@2\"")
                        .replace(">-\n      ROWS\n", "\"rows-" + MARK + "@2\"\n"));
        assertThat(err.toString())
                .contains("fetching hub:owner/sums:test", "is uploaded as sums-test-01234567@1: 1 samples");
        assertThat(out.toString().strip()).isEqualTo("r-1");
    }

    @Test
    void anAnchorIsKeptForItsAliasAndATextOfSeveralLinesEndsItsLine() throws Exception {
        takes("name=rows-" + MARK, "rows-" + MARK + "@1");
        takes("name=rows-" + MARK + "&format=documents", "rows-" + MARK + "@2");
        gateway.on("POST /v1/runs", 202, "{\"id\":\"r-1\"}");
        String document = """
                dataset: &rows ROWS
                evaluation:
                  judge:
                    prompts: |-
                      ROWS
                    references: !!str 'ROWS'
                  dataset: *rows
                """;

        assertThat(finemesh("run", written("run.yaml", document))).isZero();

        assertThat(sent()).isEqualTo("""
                dataset: &rows "rows-MARK@1"
                evaluation:
                  judge:
                    prompts: "rows-MARK@2"
                    references: !!str "rows-MARK@2"
                  dataset: *rows
                """.replace("MARK", MARK));
    }

    @Test
    void jsonIsSentSoToo() throws Exception {
        takes("name=rows-" + MARK, "rows-" + MARK + "@1");
        gateway.on("POST /v1/runs", 202, "{\"id\":\"r-1\"}");
        String document = "{\t\"name\": \"\uD83C\uDF31\", \"dataset\" : \"ROWS\", \"x\": [1, {\"dataset\": \"ROWS\"}]}";
        String escaped = document.replaceFirst("ROWS", rows.replace("/", "\\\\/"));

        assertThat(finemesh("run", written("run.json", escaped))).isZero();

        assertThat(sent())
                .isEqualTo(document.replaceFirst("\"ROWS\"", "\"rows-" + MARK + "@1\"")
                        .replace("ROWS", rows));
    }

    @Test
    void whatNamesOnlyTheMeshOrCannotBeReadIsSentAsItIs() throws Exception {
        gateway.on("POST /v1/runs", 202, "{\"id\":\"r-1\"}");
        for (String document : List.of(
                "dataset: d\nmodel: m\n", "dataset: [\n", "dataset: hub:a/b\ndataset: d\n", "- hub:a/b\n", "hub:a/b")) {
            finemesh("run", written("run.yaml", document));
            assertThat(sent()).isEqualTo(document);
        }
        assertThat(gateway.requests()).extracting(FakeGateway.Request::line).containsOnly("POST /v1/runs");
    }

    @Test
    void everyNameThatCannotBeIsToldBeforeAnythingIsUploaded() throws Exception {
        String document = "dataset: ROWS\nevaluation: {dataset: ./none, tasks: [{task: gsm8k, examples: hub:x}]}\n";

        assertThat(finemesh("run", written("run.yaml", document))).isEqualTo(Session.USAGE);

        assertThat(err.toString()).contains("./none is no file here", "\"hub:x\" is not hub:OWNER/NAME");
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void aPolicyMayNameThemInTheEvaluationOfItsRuns() throws Exception {
        takes("name=rows-" + MARK + "&format=documents", "rows-" + MARK + "@1");
        gateway.on("POST /v1/policies", 201, "{\"name\":\"p\"}");
        String document = "dataset: hub:owner/sums\nrun:\n  evaluation:\n    tasks: [{task: svamp, dataset: ROWS}]\n";

        assertThat(finemesh("policy", "apply", written("policy.yaml", document)))
                .isZero();

        assertThat(sent())
                .as("its own data set grows; the gateway says what to do")
                .isEqualTo(document.replace("ROWS", "\"rows-" + MARK + "@1\""));
    }

    @Test
    void anEvaluationsJudgeReadsThemToo() {
        takes("name=rows-" + MARK + "&format=documents", "rows-" + MARK + "@1");
        takes("name=sums-test-01234567&format=documents" + source(), "sums-test-01234567@1");
        gateway.on("POST /v1/evaluations", 202, "{\"id\":\"ev-1\"}");

        assertThat(finemesh(
                        "evaluate",
                        "m",
                        "--task=mt_bench",
                        "--dataset=" + rows,
                        "--judge-prompts=hub:owner/sums:test",
                        "--judge-references=" + rows,
                        "--no-wait"))
                .isZero();

        assertThat(sent())
                .contains(
                        "\"dataset\":\"rows-" + MARK + "@1\"",
                        "\"prompts\":\"sums-test-01234567@1\"",
                        "\"references\":\"rows-" + MARK + "@1\"");
        assertThat(gateway.requests()).as("the same file once").hasSize(3);
    }

    @Test
    void aDataSetThatGrowsTakesAHubsRows() {
        gateway.on("POST /v1/datasets/d/records?held_out=0", 201, "{\"version\":\"d@1\"}");

        assertThat(finemesh("datasets", "append", "d", "--from", "hub:owner/sums:test", "--held-out", "0"))
                .isZero();
        assertThat(finemesh("datasets", "append", "d", "hub:owner/sums:test", "--held-out", "0"))
                .isZero();
        assertThat(sent()).isEqualTo(ROWS);
        assertThat(finemesh("datasets", "append", "d")).isEqualTo(Session.USAGE);
    }

    @Test
    void eachReasonHasItsExitStatus() throws Exception {
        assertThat(upload("hub:x")).isEqualTo(Session.USAGE);
        hub.file("data/train.jsonl", ROWS, "");
        assertThat(upload("hub:owner/sums")).as("which of two").isEqualTo(Session.USAGE);
        assertThat(upload("hub:owner/sums:tset")).isEqualTo(Session.REFUSED);
        hub.then(FakeHub.status(401));
        assertThat(upload("hub:owner/sums:test")).isEqualTo(Session.REFUSED);
        hub.then(FakeHub.status(404));
        assertThat(upload("hub:owner/sums:test")).isEqualTo(Session.REFUSED);
        hub.file("parts-00001-of-00002.jsonl", ROWS, "");
        assertThat(upload("hub:owner/sums:parts")).isEqualTo(Session.REFUSED);
        hub.then(FakeHub.status(429, "Retry-After", "3600"));
        assertThat(upload("hub:owner/sums:test")).isEqualTo(Session.UNREACHABLE);
        hub.then(FakeHub.status(503, "Retry-After", "3600"));
        assertThat(upload("hub:owner/sums:test")).isEqualTo(Session.UNREACHABLE);
        hub.then(FakeHub.says("<html>"));
        assertThat(upload("hub:owner/sums:test")).isEqualTo(Session.UNREACHABLE);
        hub.file("data/wrong.jsonl", ROWS, "e".repeat(64));
        assertThat(upload("hub:owner/sums:wrong")).isEqualTo(Session.UNREACHABLE);
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void aFullDiskHasAnExitStatusOfItsOwn() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
        Path folder = directory.resolve("finemesh/hub/owner/sums/" + FakeHub.COMMIT + "/data");
        Files.createSymbolicLink(Files.createDirectories(folder).resolve("test.jsonl.part"), Path.of("/dev/full"));

        assertThat(upload("hub:owner/sums:test")).isEqualTo(Session.NO_ROOM);
        assertThat(err.toString()).contains("No space left on device", "XDG_CACHE_HOME");
    }

    @Test
    void aPasswordInTheHubsAddressIsNotPrinted() {
        String address = hub.endpoint().toString().replace("http://", "http://ada:s3cret@");
        assertThat(finemesh(Map.of("HF_ENDPOINT", address), "datasets", "upload", "d", "--from", "hub:owner/sums:test"))
                .isEqualTo(Session.USAGE);
        assertThat(finemesh(
                        Map.of("HF_ENDPOINT", address, "HF_TOKEN", "s3\ncret"),
                        "datasets",
                        "upload",
                        "d",
                        "--json",
                        "--from",
                        "hub:owner/sums:test"))
                .isEqualTo(Session.USAGE);
        assertThat(out + err.toString())
                .contains("HF_ENDPOINT has a user name or a password")
                .doesNotContain("s3");
        assertThat(hub.received).isEmpty();
    }

    private int upload(String id) {
        return finemesh("datasets", "upload", "d", "--from", id);
    }
}
