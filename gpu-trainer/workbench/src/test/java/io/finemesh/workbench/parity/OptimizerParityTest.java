package io.finemesh.workbench.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.workbench.Workbench;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class OptimizerParityTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("finemesh.shared", "absent"), "golden", "optimizers.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        Backend.start(1);
    }

    @Test
    void everyKeyOfTheGoldenFileAgrees() throws IOException {
        ParityReport report = new OptimizerParity(golden()).run();

        System.out.println(ReportPrinter.table(report));
        assertThat(report.findings())
                .allSatisfy(finding ->
                        assertThat(finding.status()).as(finding.toString()).isEqualTo(Finding.Status.AGREES));
        assertThat(report.findings()).hasSizeGreaterThan(25);
    }

    @Test
    void anyElementThatIsOffIsFound() throws IOException {
        for (String key : new String[] {"galore_adamw", "fira_adamw"}) {
            ObjectNode root = subset(key);
            ArrayNode row = (ArrayNode) root.get(key).get(1).get("W").get(2);
            row.set(1, JSON.getNodeFactory().numberNode(row.get(1).doubleValue() + 1e-5));
            assertThat(run(root).passes()).as(key).isFalse();
        }
        for (String key : new String[] {"galore_adamw_unprojected_6x4", "torch_adamw_6x4_same_hyper"}) {
            ObjectNode root = subset(key);
            ArrayNode row = (ArrayNode) root.get(key).get(0);
            row.set(0, JSON.getNodeFactory().numberNode(row.get(0).doubleValue() + 1e-5));
            assertThat(run(root).passes()).as(key).isFalse();
        }
        ObjectNode badam = subset("badam");
        ((ArrayNode) badam.get("badam").get("W_bf16_final").get(0))
                .set(0, JSON.getNodeFactory().numberNode(0.0830078125));
        assertThat(run(badam).passes()).isFalse();
        ObjectNode trace = subset("badam");
        ((ObjectNode) trace.get("badam")).put("K", 5);
        assertThat(run(trace).passes()).isFalse();
        ObjectNode map = subset("bnb_dynamic_map");
        ((ObjectNode) map.get("bnb_dynamic_map")).put("zero_index_signed", 128);
        assertThat(run(map).passes()).isFalse();
    }

    @Test
    void eachKeyStandsAlone() throws IOException {
        for (String key : new String[] {
            "galore_adamw",
            "galore_adamw_unprojected_6x4",
            "torch_adamw_6x4_same_hyper",
            "fira_adamw",
            "badam",
            "bnb_dynamic_map"
        }) {
            assertThat(run(subset(key)).passes()).as(key).isTrue();
        }
    }

    /** AdamW without decay moves by the rate along the sign of the first gradient, whatever the shape: known without a reference. */
    @Test
    void shapesAndHyperParametersComeFromTheFile() throws IOException {
        int rows = 3;
        int columns = 7;
        ObjectNode root = JSON.createObjectNode();
        ObjectNode run = root.putObject("torch_adamw_3x7");
        run.put("lr", 0.5).put("eps", 1e-12).put("wd", 0).put("steps", 1);
        ArrayNode w = run.putArray("W");
        double[] start = UpdateBench.weights(rows, columns);
        double[] slope = UpdateBench.gradient(rows, columns, 0);
        for (int i = 0; i < rows; i++) {
            ArrayNode row = w.addArray();
            for (int j = 0; j < columns; j++) {
                row.add(start[i * columns + j] - 0.5 * Math.signum(slope[i * columns + j]));
            }
        }
        assertThat(run(root).passes()).isTrue();
        run.put("lr", 0.25);
        assertThat(run(root).passes()).isFalse();
    }

    @Test
    void saysWhatItDoesNotUnderstand() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode run = root.putArray("galore_adamw").addObject();
        run.put("m", 6).put("n", 4).put("rank", 5).put("gap", 3).put("steps", 2).put("lr", 0.1);
        run.putArray("W");
        ParityReport report = run(root);
        assertThat(report.passes()).isFalse();
        assertThat(report.findings().getFirst().detail())
                .contains("galore_rank")
                .contains("5 for w, whose smaller side is 4");
        assertThat(run(JSON.createObjectNode()).passes()).isFalse();
    }

    @Test
    void theCommandEndsWithOneWhereSomethingDiffers() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("bnb_dynamic_map").put("zero_index_signed", 127);
        assertThat(command(root)).isZero();
        root.putObject("bnb_dynamic_map").put("zero_index_signed", 126);
        assertThat(command(root)).isEqualTo(1);
    }

    private int command(JsonNode root) throws IOException {
        Path file = folder.resolve("command.json");
        JSON.writeValue(file.toFile(), root);
        CommandLine line = Workbench.commandLine();
        StringWriter text = new StringWriter();
        line.setOut(new PrintWriter(text));
        int code = line.execute("parity", "--threads", "1", "--optimizers", file.toString());
        assertThat(text.toString()).contains("bnb_dynamic_map zero_index_signed");
        return code;
    }

    private ParityReport run(JsonNode root) throws IOException {
        Path file = folder.resolve("expected.json");
        JSON.writeValue(file.toFile(), root);
        return new OptimizerParity(file).run();
    }

    private static ObjectNode subset(String key) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.set(key, JSON.readTree(golden().toFile()).get(key));
        return root;
    }

    private static Path golden() {
        Assumptions.assumeTrue(
                Files.isRegularFile(GOLDEN),
                () -> "golden optimizers are not beside this checkout: " + GOLDEN + " is missing");
        return GOLDEN;
    }
}
