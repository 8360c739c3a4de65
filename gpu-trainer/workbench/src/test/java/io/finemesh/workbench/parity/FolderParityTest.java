package io.finemesh.workbench.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.workbench.Workbench;
import io.finemesh.workbench.parity.Finding.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FolderParityTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        Backend.start(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mistral",
                "gemma",
                "gemma2-long",
                "gemma3",
                "phi3",
                "phi3-partial",
                "phi3-long",
                "phi3-within",
                "qwen2-window",
                "qwen3-bias",
                "llama-yarn",
                "llama-linear-pad"
            })
    void familiesComputeWhatTransformersComputes(String name) throws IOException {
        ParityReport report = new FolderParity(ClosedFormModel.write(folder, name)).run();

        System.out.println(ReportPrinter.table(report));
        assertThat(report.findings()).extracting(Finding::status).containsOnly(Status.AGREES);
        assertThat(report.findings())
                .extracting(Finding::subject)
                .containsExactly(
                        "loss",
                        "logits",
                        "norm of all logits",
                        "gradient norms",
                        "gradient elements",
                        "greedy tokens",
                        "curve adamw",
                        "final norms adamw",
                        "curve galore",
                        "final norms galore",
                        "curve badam",
                        "final norms badam");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-tied", "mistral-window", "qwen2", "qwen3", "gemma2"})
    void goldenFoldersAgree(String name) {
        Path golden = Path.of(System.getProperty("finemesh.shared", "absent"), "golden", "models", name);
        Assumptions.assumeTrue(
                Files.isDirectory(golden),
                () -> "golden models are not beside this checkout: " + golden + " is missing");
        ParityReport report = new FolderParity(golden).run();

        System.out.println(ReportPrinter.table(report));
        assertThat(report.passes()).isTrue();
        assertThat(report.findings()).hasSizeGreaterThan(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"loss", "logits_norm", "loss_badam"})
    void aNumberThatIsOffByMoreThanTheToleranceDiffers(String field) throws IOException {
        ClosedFormModel.write(folder, "mistral", _ -> {}, expected -> {
            if (expected.get(field) instanceof ArrayNode curve) {
                curve.set(7, curve.get(7).doubleValue() * (1 + 2e-4));
            } else {
                expected.put(field, expected.get(field).doubleValue() * (1 + 2e-4));
            }
        });

        ParityReport report = new FolderParity(folder).run();

        assertThat(report.findings().stream().filter(f -> f.status() != Status.AGREES))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.status()).isEqualTo(Status.DIFFERS);
                    assertThat(finding.worst().orElseThrow()).isBetween(1.9e-4, 2.1e-4);
                });
        assertThat(report.passes()).isFalse();
    }

    @Test
    void hyperParametersAreReadFromTheFile() throws IOException {
        ClosedFormModel.write(folder, "mistral", _ -> {}, expected -> {
            ObjectNode hyper = (ObjectNode) expected.get("hyper");
            hyper.put("adamw", "betas .5 .9, eps 1e-8, wd .01 on all");
            ((ObjectNode) hyper.get("badam")).put("K", 4);
        });

        ParityReport report = new FolderParity(folder).run();

        assertThat(finding(report, "curve adamw").orElseThrow().status()).isEqualTo(Status.DIFFERS);
        assertThat(finding(report, "curve badam").orElseThrow().status()).isEqualTo(Status.DIFFERS);
        assertThat(finding(report, "loss").orElseThrow().status()).isEqualTo(Status.AGREES);
    }

    @Test
    void aGreedyTokenThatIsAnotherDiffers() throws IOException {
        ClosedFormModel.write(
                folder, "gemma", _ -> {}, expected -> ((ArrayNode) expected.get("greedy_16_after_first_12_ids_of_row0"))
                        .set(9, 255));

        Finding greedy =
                finding(new FolderParity(folder).run(), "greedy tokens").orElseThrow();

        assertThat(greedy.status()).isEqualTo(Status.DIFFERS);
        assertThat(greedy.detail()).startsWith("token 9 is ").endsWith("expected 255");
    }

    @Test
    void aMethodThisVersionLacksIsSaidToBeUncheckedAndFailsNothing() throws IOException {
        ClosedFormModel.write(
                folder, "gemma", _ -> {}, expected -> expected.set("loss_muon", expected.get("loss_adamw")));

        ParityReport report = new FolderParity(folder).run();

        assertThat(finding(report, "curve muon").orElseThrow().status()).isEqualTo(Status.NOT_CHECKED);
        assertThat(report.passes()).isTrue();
    }

    @Test
    void settingsOfAKnownMethodThatAreNotUnderstoodFail() throws IOException {
        ClosedFormModel.write(folder, "gemma", _ -> {}, expected -> {
            ((ObjectNode) expected.at("/hyper/badam")).put("mode", "by the moon");
            ((ObjectNode) expected.get("hyper")).put("adamw", "betas .9 .999, momentum 3");
        });

        ParityReport report = new FolderParity(folder).run();

        assertThat(finding(report, "curve badam").orElseThrow().status()).isEqualTo(Status.FAILED);
        assertThat(finding(report, "curve badam").orElseThrow().detail()).contains("hyper.badam.mode", "by the moon");
        assertThat(finding(report, "curve adamw").orElseThrow().detail()).contains("not understood: momentum");
        assertThat(report.passes()).isFalse();
    }

    @Test
    void aModelThatCannotBeComputedFailsWithTheReason() throws IOException {
        ClosedFormModel.write(folder, "gemma", config -> config.put("num_local_experts", 8), _ -> {});

        ParityReport report = new FolderParity(folder).run();

        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Status.FAILED);
            assertThat(finding.detail()).contains("num_local_experts");
        });
    }

    @Test
    void theCommandSaysByItsExitCodeWhetherEverythingAgrees() throws IOException {
        Path good = ClosedFormModel.write(folder.resolve("good"), "phi3");
        Path bad = ClosedFormModel.write(folder.resolve("bad"), "phi3", _ -> {}, expected -> expected.put("loss", 1.0));

        StringWriter out = new StringWriter();
        assertThat(execute(out, "parity", good.toString())).isZero();
        assertThat(out.toString()).contains("curve badam", "1 of 1 agree");
        assertThat(execute(new StringWriter(), "parity", good.toString(), bad.toString()))
                .isEqualTo(1);
        assertThat(execute(new StringWriter(), "parity")).isEqualTo(2);
        assertThat(execute(new StringWriter(), "parity", folder.toString())).isEqualTo(2);

        StringWriter json = new StringWriter();
        assertThat(execute(json, "parity", "--json", bad.toString())).isEqualTo(1);
        JsonNode report = new ObjectMapper().readTree(json.toString());
        assertThat(report.get("agrees").booleanValue()).isFalse();
        assertThat(report.at("/reports/0/findings/0/status").textValue()).isEqualTo("differs");
        assertThat(report.at("/reports/0/findings/0/worstRelativeError").doubleValue())
                .isGreaterThan(1);
    }

    private static int execute(StringWriter out, String... arguments) {
        CommandLine line = Workbench.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(new StringWriter()));
        return line.execute(arguments);
    }

    private static Optional<Finding> finding(ParityReport report, String subject) {
        List<Finding> found = report.findings().stream()
                .filter(finding -> finding.subject().equals(subject))
                .toList();
        return found.stream().findFirst();
    }
}
