package io.finemesh.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.cli.command.Session;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FinemeshTest {
    private static final String EVENTS = """
            id: 1
            event: run.accepted
            data: {"type":"run.accepted","time":"2026-01-01T00:00:00Z","plan":{"totalSteps":2,"segments":1}}

            id: 2
            event: training.step-completed
            data: {"type":"training.step-completed","time":"2026-01-01T00:00:01Z","step":0,"loss":2.5,"tokens":100,"block":"layer.1"}

            id: 3
            event: training.step-completed
            data: {"type":"training.step-completed","time":"2026-01-01T00:00:02Z","step":1,"loss":2.25,"tokens":100,"block":"layer.1"}

            """;
    private static final String COMPLETED = """
            id: 4
            event: run.completed
            data: {"type":"run.completed","time":"2026-01-01T00:00:03Z","checkpoint":"ck-1"}

            """;
    private static final String FAILED = """
            id: 4
            event: run.failed
            data: {"type":"run.failed","time":"2026-01-01T00:00:03Z","failure":{"code":"NON_FINITE_LOSS","message":"the loss is not a number"}}

            """;

    @TempDir
    Path directory;

    private FakeGateway gateway;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private int finemesh(String... arguments) {
        CommandLine line =
                Finemesh.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private String[] with(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--gateway";
        all[arguments.length + 1] = gateway.url();
        return all;
    }

    @Test
    void aSpecificationIsSubmittedAsItIs() throws Exception {
        Path specification = Files.writeString(directory.resolve("run.yaml"), "model: m\n");
        gateway.on("POST /v1/runs", 202, "{\"id\":\"run-1\"}");

        assertThat(finemesh(with("run", specification.toString(), "--idempotency-key", "k")))
                .isZero();
        assertThat(out.toString().strip()).isEqualTo("run-1");
        assertThat(gateway.requests())
                .containsExactly(new FakeGateway.Request("POST /v1/runs", "application/yaml", "k", null, "model: m\n"));
    }

    @Test
    void everyErrorOfARefusedSpecificationIsShown() throws Exception {
        Path specification = Files.writeString(directory.resolve("run.json"), "{}");
        gateway.on("POST /v1/runs", 422, """
                {"title":"The run specification is not valid","detail":"2 errors",
                 "errors":[{"pointer":"/model","message":"is missing"},{"pointer":"/sed","message":"is unknown; did you mean seed?"}]}
                """);

        assertThat(finemesh(with("run", specification.toString()))).isEqualTo(3);
        assertThat(err.toString())
                .contains(
                        "The run specification is not valid: 2 errors",
                        "/model: is missing",
                        "/sed: is unknown; did you mean seed?");
        assertThat(gateway.requests().getFirst().contentType()).isEqualTo("application/json");
    }

    @Test
    void watchingEndsWithTheRunAndItsExitCodeSaysHow() {
        gateway.on("GET /v1/runs/run-1/events", 200, "text/event-stream", (EVENTS + COMPLETED).getBytes(UTF_8));
        gateway.on("GET /v1/runs/run-2/events", 200, "text/event-stream", (EVENTS + FAILED).getBytes(UTF_8));

        assertThat(finemesh(with("watch", "run-1"))).isZero();
        assertThat(out.toString()).contains("accepted: 2 steps in 1 segments", "run-1 completed");
        assertThat(finemesh(with("watch", "run-2"))).isEqualTo(1);
        assertThat(out.toString()).contains("failed: the loss is not a number", "run-2 failed");
    }

    @Test
    void aStreamThatBreaksGoesOnWhereItBroke() {
        gateway.on("GET /v1/runs/run-1/events", 200, "text/event-stream", EVENTS.getBytes(UTF_8));
        gateway.on("GET /v1/runs/run-1/events", 200, "text/event-stream", COMPLETED.getBytes(UTF_8));

        assertThat(finemesh(with("watch", "run-1", "--json"))).isZero();
        assertThat(gateway.requests())
                .extracting(FakeGateway.Request::lastEventId)
                .containsExactly(null, "3");
        assertThat(out.toString().lines()).hasSize(4).allMatch(line -> line.startsWith("{\"type\""));
    }

    @Test
    void aGatewayThatStartsAgainWhileARunIsWatchedIsWaitedFor() {
        String problem = "{\"title\":\"Not ready\",\"detail\":\"the views are not read yet\"}";
        gateway.on("GET /v1/runs/run-1/events", 200, "text/event-stream", EVENTS.getBytes(UTF_8))
                .on("GET /v1/runs/run-1/events", 503, problem)
                .on("GET /v1/runs/run-1/events", 502, "text/html", "<html>".getBytes(UTF_8))
                .on("GET /v1/runs/run-1/events", 200, "text/event-stream", COMPLETED.getBytes(UTF_8));

        assertThat(finemesh(with("watch", "run-1"))).isZero();
        assertThat(gateway.requests())
                .extracting(FakeGateway.Request::lastEventId)
                .containsExactly(null, "3", "3", "3");
    }

    @Test
    void aProblemIsADocumentWhenJsonIsAsked() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        assertThat(finemesh(with("show", "run-9", "--json"))).isEqualTo(3);
        assertThat(mapper.readTree(out.toString()).path("detail").asText()).isEqualTo("no such thing");
        out.getBuffer().setLength(0);
        assertThat(finemesh(with("cancel", "run-9", "--json"))).isEqualTo(3);
        assertThat(mapper.readTree(out.toString()).path("suggestions").get(0).asText())
                .isEqualTo("run-1");
        out.getBuffer().setLength(0);
        assertThat(finemesh(with("run", directory.resolve("missing.yaml").toString(), "--json")))
                .isEqualTo(2);
        assertThat(mapper.readTree(out.toString()).path("detail").asText()).contains("missing.yaml does not exist");
        out.getBuffer().setLength(0);
        gateway.close();
        assertThat(finemesh(with("runs", "--json"))).isEqualTo(4);
        assertThat(mapper.readTree(out.toString()).path("detail").asText()).contains("does not answer");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aDirectoryIsNoSpecificationAndIsNamed() {
        assertThat(finemesh(with("run", directory.toString()))).isEqualTo(2);
        assertThat(err.toString().strip()).startsWith(directory + ": is a directory");
    }

    @Test
    void theFormOfADataSetIsLeftToTheStoreUnlessItIsNamed() throws Exception {
        Path rows = Files.writeString(directory.resolve("rows.jsonl"), "{}\n");
        gateway.on("POST /v1/datasets?name=d", 201, "{\"version\":\"d@1\",\"samples\":1,\"dropped\":{}}")
                .on("POST /v1/datasets?name=d&format=openai", 201, "{\"version\":\"d@2\",\"samples\":1}");

        assertThat(finemesh(with("datasets", "upload", "d", rows.toString()))).isZero();
        assertThat(finemesh(with("datasets", "upload", "d", rows.toString(), "--format", "openai")))
                .isZero();
    }

    @Test
    void rowsComeFromAFileOrAHubAndNotFromBoth() throws Exception {
        Path rows = Files.writeString(directory.resolve("rows.jsonl"), "{}\n");

        assertThat(finemesh(with("datasets", "upload", "d"))).isEqualTo(Session.USAGE);
        assertThat(finemesh(with("datasets", "upload", "d", rows.toString(), "--from", "hub:o/n")))
                .isEqualTo(Session.USAGE);
        assertThat(err.toString()).contains("FILE or --from HUB-ID: give one of them");
        assertThat(finemesh(with("datasets", "upload", "d", "--from", "hub:n"))).isEqualTo(Session.USAGE);
        assertThat(err.toString()).contains("is not hub:OWNER/NAME");
    }

    @Test
    void theEntryOfADatasetInfoSaysWhatColumnsAreCalled() throws Exception {
        Path rows = Files.writeString(directory.resolve("rows.jsonl"), "{}\n");
        Path info = Files.writeString(
                directory.resolve("dataset_info.json"),
                "{\"mine\":{\"file_name\":\"rows.jsonl\",\"columns\":{\"prompt\":\"q\"}},\"other\":{\"formatting\":\"sharegpt\"}}");
        gateway.on(
                        "POST /v1/datasets?name=d&layout=%7B%22columns%22%3A%7B%22prompt%22%3A%22q%22%7D%7D",
                        201, "{\"version\":\"d@1\",\"samples\":1}")
                .on(
                        "POST /v1/datasets?name=d&layout=%7B%22formatting%22%3A%22sharegpt%22%7D",
                        201, "{\"version\":\"d@2\",\"samples\":1}");

        assertThat(finemesh(with("datasets", "add", "d", rows.toString(), "--info", info.toString())))
                .isZero();
        assertThat(finemesh(
                        with("datasets", "add", "d", rows.toString(), "--info", info.toString(), "--entry", "other")))
                .isZero();
        assertThat(finemesh(
                        with("datasets", "add", "d", rows.toString(), "--info", info.toString(), "--entry", "none")))
                .isNotZero();
        assertThat(err.toString()).contains("has no entry 'none'; it has mine, other");
    }

    @Test
    void whatBecameOfAppendedRecordsIsSaidInALine() throws Exception {
        Path rows = Files.writeString(directory.resolve("rows.jsonl"), "{}\n");
        gateway.on(
                "POST /v1/datasets/d/records?held_out=0.2",
                201,
                "{\"version\":\"d@2\",\"grew\":true,\"samples\":7,\"heldOut\":2,\"duplicates\":1,"
                        + "\"quarantined\":{\"not_json\":1},\"examples\":[\"line 3: not_json: x\"]}");

        assertThat(finemesh(with("datasets", "append", "d", rows.toString(), "--held-out", "0.2")))
                .isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "d@2: 7 samples and 2 held out, 1 known already, quarantined {\"not_json\":1}",
                        "  line 3: not_json: x");
    }

    @Test
    void whatTheTriggersOfAPolicySaidIsShownInLines() {
        gateway.on(
                        "GET /v1/policies/nightly",
                        200,
                        "{\"name\":\"nightly\",\"revision\":3,\"enabled\":true,\"dryRun\":false,\"model\":\"m\",\"alias\":\"champion\","
                                + "\"dataset\":\"d\",\"triggers\":[{\"name\":\"enough\"},{\"name\":\"weekly\"}],\"said\":["
                                + "{\"at\":\"T2\",\"what\":\"held\",\"reason\":\"it cools down\",\"why\":{\"sentence\":\"x\"}},"
                                + "{\"at\":\"T1\",\"what\":\"fired\",\"dryRun\":false,\"runId\":\"run-1\",\"phase\":\"training\","
                                + "\"datasetVersion\":\"d@4\",\"why\":{\"sentence\":\"500 new samples\"}},"
                                + "{\"at\":\"T0\",\"what\":\"fired\",\"dryRun\":false,\"runId\":\"run-0\",\"phase\":\"rejected\","
                                + "\"failure\":\"it cannot be\",\"datasetVersion\":\"d@3\",\"why\":{\"sentence\":\"500 more\"}}]}")
                .on("POST /v1/policies/nightly/fire?dry_run=true&reason=because", 202, "{}")
                .on("DELETE /v1/policies/nightly", 204, "");

        assertThat(finemesh(with("policy", "show", "nightly"))).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "policy nightly, revision 3, enabled: d -> m@champion on enough, weekly",
                        "T2  waits: it cools down",
                        "T1  fired run-1 (training) on d@4: 500 new samples",
                        "T0  fired run-0 (rejected: it cannot be) on d@3: 500 more");
        assertThat(finemesh(with("policy", "fire", "nightly", "--dry-run", "--reason", "because")))
                .isZero();
        assertThat(finemesh(with("policy", "withdraw", "nightly"))).isZero();
    }

    @Test
    void aRowIsTakenAwayAndTheRunItTouchedIsTrainedAgain() {
        String row = "0123456789abcdef".repeat(4);
        gateway.on(
                        "GET /v1/impact/sums?row=3.17",
                        200,
                        "{\"dataset\":\"sums\",\"row\":{\"row\":\"" + row
                                + "\",\"since\":\"sums@3\",\"part\":\"training\",\"text\":\"" + "x".repeat(401)
                                + "\"},\"runs\":[{\"id\":\"run-1\","
                                + "\"phase\":\"completed\",\"directly\":true,\"dataset\":\"sums@3\",\"firstStep\":40,\"checkpoints\":[\"ck-1\"],"
                                + "\"clean\":\"ck-0\"}],\"checkpoints\":[\"ck-1\"],\"models\":[\"tuned\"],\"evaluations\":[],"
                                + "\"repair\":{\"model\":\"ck-0\",\"dataset\":\"sums\"}}")
                .on(
                        "POST /v1/datasets/sums/rows/3.17/quarantine?reason=wrong",
                        201,
                        "{\"version\":\"sums@5\",\"grew\":true}")
                .on("POST /v1/runs", 202, "{\"id\":\"run-2\"}");

        assertThat(finemesh(with("quarantine", "sums:3.17", "--reason", "wrong", "--retrain")))
                .isZero();

        assertThat(out.toString())
                .contains("row 0123456789abcdef came with sums@3 (training)", "trained on it", "[\"tuned\"]")
                .containsPattern("sums@3 +41 +1 +ck-0")
                .contains("  " + "x".repeat(400) + " ... (401 characters)")
                .contains("sums@5 is without it")
                .contains("run run-2 trains again");
        FakeGateway.Request submitted = gateway.requests().getLast();
        assertThat(submitted.body()).isEqualTo("{\"model\":\"ck-0\",\"dataset\":\"sums@5\"}");
        assertThat(submitted.idempotencyKey()).isEqualTo("quarantine/sums/" + row);
        assertThat(finemesh(with("quarantine", "sums", "--reason", "wrong"))).isEqualTo(2);
        assertThat(err.toString()).contains("names no row");
        assertThat(finemesh(with("impact", "sums:"))).isEqualTo(2);
        assertThat(err.toString()).contains("leave the colon out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:s3cr3t@127.0.0.1:1",
                "127.0.0.1:7400",
                "http://",
                "ftp://host",
                "http://host?key=s3cr3t",
                "http://ho st/s3cr3t"
            })
    void anAddressThatIsNoGatewaysIsRefusedAndNotPrinted(String address) {
        assertThat(finemesh("runs", "--gateway", address)).isEqualTo(2);

        assertThat(err.toString())
                .contains("--gateway", "such as http://127.0.0.1:7400")
                .doesNotContain("s3cr3t");
    }

    @Test
    void memoryThatDoesNotSufficeIsSaidInALine() {
        CommandLine line =
                Finemesh.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        line.addSubcommand("gorge", new Gorge());

        assertThat(line.execute("gorge")).isEqualTo(Session.NO_ROOM);
        assertThat(err.toString().lines()).singleElement().asString().contains("not enough memory", "heap");
    }

    @Command(name = "gorge")
    private static final class Gorge implements Runnable {
        @Override
        public void run() {
            throw new OutOfMemoryError("heap");
        }
    }

    @Test
    void anUnknownRunIsNamedWithItsNeighbours() {
        assertThat(finemesh(with("show", "run-9"))).isEqualTo(3);
        assertThat(err.toString()).contains("no such thing", "did you mean run-1?");
    }

    @Test
    void aGatewayThatIsNotThereSaysHowToStartOne() {
        gateway.close();

        assertThat(finemesh(with("runs"))).isEqualTo(4);
        assertThat(err.toString()).contains("does not answer", "./finemesh up");
    }

    @Test
    void runsAreATable() {
        gateway.on(
                "GET /v1/runs?limit=20",
                200,
                "{\"runs\":[{\"id\":\"run-1\",\"name\":\"sums\",\"phase\":\"training\",\"method\":\"badam\",\"model\":\"m\","
                        + "\"dataset\":\"d@1\",\"steps\":5,\"totalSteps\":10,\"loss\":1.5}]}");

        assertThat(finemesh(with("runs"))).isZero();
        assertThat(out.toString().lines().toList())
                .containsExactly(
                        "RUN    NAME  PHASE     METHOD  MODEL  DATASET  STEPS  LOSS",
                        "run-1  sums  training  badam   m      d@1      5/10   1.5000");
    }

    @Test
    void everyCommandPrintsJsonWhenAsked() throws Exception {
        gateway.on("GET /v1/runs?limit=20", 200, "{\"runs\":[]}")
                .on("GET /v1/models", 200, "{\"models\":[]}")
                .on("GET /v1/datasets", 200, "{\"datasets\":[]}")
                .on("GET /v1/runs/run-1", 200, "{\"id\":\"run-1\"}")
                .on("POST /v1/runs/run-1/cancel", 202, "{\"id\":\"run-1\"}");
        for (String[] command : new String[][] {
            {"runs"},
            {"models"},
            {"datasets"},
            {"show", "run-1"},
            {"cancel", "run-1"},
            {"inspect", directory.toString()}
        }) {
            out.getBuffer().setLength(0);
            String[] arguments = Arrays.copyOf(with(command), command.length + 3);
            arguments[command.length + 2] = "--json";
            finemesh(arguments);
            assertThat(new ObjectMapper().readTree(out.toString()).isObject())
                    .as(command[0])
                    .isTrue();
        }
    }

    @Test
    void anExportIsUnpackedIntoANewDirectory() throws Exception {
        gateway.on("GET /v1/checkpoints/ck-1/export", 200, "application/x-tar", tar("config.json"));
        Path target = directory.resolve("model");

        assertThat(finemesh(with("export", "ck-1", target.toString()))).isZero();
        assertThat(target.resolve("config.json")).hasContent("content of config.json");
        assertThat(finemesh(with("export", "ck-1", target.toString()))).isEqualTo(2);
        assertThat(err.toString()).contains("exists already");
    }

    @Test
    void adaptersAreExportedWhereTheyAreAskedFor() throws Exception {
        gateway.on(
                "GET /v1/checkpoints/ck-1/export?adapter=true", 200, "application/x-tar", tar("adapter_config.json"));
        Path target = directory.resolve("adapter");

        assertThat(finemesh(with("export", "ck-1", target.toString(), "--adapter")))
                .isZero();
        assertThat(target.resolve("adapter_config.json")).exists();
    }

    @Test
    void anExportThatWouldLeaveItsDirectoryWritesNothing() throws Exception {
        gateway.on("GET /v1/checkpoints/ck-1/export", 200, "application/x-tar", tar("../evil"));

        assertThat(finemesh(with("export", "ck-1", directory.resolve("model").toString())))
                .isEqualTo(2);
        assertThat(directory.resolveSibling("evil")).doesNotExist();
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aFileThatIsNoSafetensorsFileIsInvalidWithItsReason() throws Exception {
        Path file = Files.write(directory.resolve("x.safetensors"), new byte[] {1, 2, 3});

        assertThat(finemesh("inspect", file.toString())).isEqualTo(1);
        assertThat(out.toString()).startsWith("invalid: ");
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(finemesh("inspect", directory.resolve("nowhere").toString())).isEqualTo(1);
    }

    @Test
    void aWrongCommandLineIsAUsageError() {
        assertThat(finemesh("walk")).isEqualTo(2);
        assertThat(finemesh("run")).isEqualTo(2);
        assertThat(finemesh()).isEqualTo(2);
        assertThat(finemesh(with("run", directory.resolve("missing.yaml").toString())))
                .isEqualTo(2);
        assertThat(err.toString()).contains("missing.yaml does not exist");
    }

    private static byte[] tar(String name) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            byte[] content = ("content of " + name).getBytes(UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
