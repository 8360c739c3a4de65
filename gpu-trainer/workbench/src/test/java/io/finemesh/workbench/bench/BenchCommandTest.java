package io.finemesh.workbench.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.workbench.Workbench;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {
    private static final String TINY = """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 32, "intermediate_size": 48,
             "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 67,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": false, "bos_token_id": 1, "eos_token_id": 2}""";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeShape() throws IOException {
        Files.writeString(folder.resolve("config.json"), TINY);
    }

    private int run(String... arguments) {
        CommandLine line =
                Workbench.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private Path program(String script) throws IOException {
        Path peer = folder.resolve("peer");
        Files.writeString(peer, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(peer, PosixFilePermissions.fromString("rwxr-xr-x"));
        return peer;
    }

    @Test
    void measuresRealStepsOfEveryMethod() throws Exception {
        int status = run(
                ("bench --shape " + folder + " --length 32 --steps 3 --rounds 1 --json --data mixed --precision bf16 "
                                + "--switch-interval 1 --rank 4")
                        .split(" "));

        assertThat(status).as(err.toString()).isZero();
        JsonNode cases = new ObjectMapper().readTree(out.toString());
        assertThat(cases).hasSize(BenchMethod.values().length);
        for (JsonNode each : cases) {
            JsonNode round = each.path("engine").path(0);
            assertThat(round.path("usefulTokensPerSecond").asDouble()).isPositive();
            assertThat(round.path("peakResidentBytes").asLong()).isGreaterThan(50_000_000);
            assertThat(round.path("firstLoss").asDouble()).isBetween(3.0, 6.0);
            assertThat(round.at("/phaseSeconds/forward").asDouble()).isPositive();
            assertThat(each.path("peer")).isEmpty();
            assertThat(each.has("speedRatio")).isFalse();
        }
    }

    /** The peer here is a program of the test's own that reads the case and answers with figures: the command's side is tested without Python. */
    @Test
    void comparesWithAPeerTurnByTurn() throws Exception {
        Path turns = folder.resolve("turns");
        Path peer = program("""
                echo "noise before the figures"
                grep -o '"method":"[a-z]*"' >> %s
                echo '{"who":"peer","usefulTokensPerSecond":1.0,"secondsPerStep":2.0,"slowestStepSeconds":3.0,\
                "medianStepSeconds":2.0,"peakResidentBytes":1000,"firstLoss":4.0,"lastLoss":3.0,"phaseSeconds":{}}'
                """.formatted(turns));

        int status = run(("bench --shape " + folder
                        + " --length 16 --steps 1 --rounds 2 --method adamw --against python=" + peer)
                .split(" "));

        assertThat(status).as(err.toString()).isZero();
        assertThat(Files.readAllLines(turns)).containsExactly("\"method\":\"adamw\"", "\"method\":\"adamw\"");
        assertThat(out.toString()).contains("ratio of medians over 2 rounds", "x the tokens/s", "peer");
    }

    @Test
    void aPeerThatFailsIsQuoted() throws Exception {
        Path peer = program("cat > /dev/null\necho 'No module named badam' >&2\nexit 1\n");

        int status = run(("bench --shape " + folder
                        + " --length 16 --steps 1 --rounds 1 --method badam --switch-interval 1 --against python="
                        + peer)
                .split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("ended with status 1", "No module named badam");
    }

    @Test
    void saysEverythingThatIsWrongWithTheNumbersAtOnce() {
        assertThat(run("bench", "--steps", "0", "--rounds", "-1", "--length", "4000"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--steps must be at least 1, got 0")
                .contains("--rounds must be at least 1, got -1")
                .contains("--length 4000 is longer than the model's 2048 positions");
    }

    @Test
    void anUnknownShapeOrPeerIsNamed() {
        assertThat(run("bench", "--shape", "huge")).isEqualTo(2);
        assertThat(err.toString()).contains("'huge' is no known shape (bench-110m, bench-32m, bench-8m)");
        assertThat(run("bench", "--against", "ruby=/bin/true")).isEqualTo(2);
        assertThat(err.toString()).contains("knows python=PATH only");
        assertThat(run("bench", "--against", "python=/nowhere/python")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no program at /nowhere/python");
    }

    @Test
    void writingIsMeasuredToItsLastToken() {
        assertThat(run(("bench --shape " + folder + " --generate 5 --batch-size 3 --length 20 --rounds 1 --threads 1")
                        .split(" ")))
                .isZero();
        assertThat(out.toString())
                .contains("3 prompts of 20 tokens together, 5 new tokens each")
                .contains("new tokens/s");
    }

    @Test
    void whatCannotBeWrittenIsSaidAtOnce() {
        assertThat(run(("bench --shape " + folder + " --generate 60 --length 20 --json").split(" ")))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("more than the model's 64 positions")
                .contains("leave out --against and --json");
    }

    @Test
    void aCaseReadsAsItWasWritten() throws Exception {
        BenchCase wanted = new BenchCase(
                BenchShape.of("bench-8m"),
                BenchMethod.BADAM,
                Precision.BF16,
                new Workload(Workload.Kind.MIXED, 3, 40, 9),
                5,
                2,
                16,
                2,
                Activations.KEEP,
                "cpu");
        BenchCase read = BenchCase.parse(wanted.json());
        assertThat(read.label()).isEqualTo(wanted.label());
        assertThat(read.workload()).isEqualTo(wanted.workload());
        assertThat(ModelStructure.of(read.shape().configuration()).parameterCount())
                .isEqualTo(ModelStructure.of(wanted.shape().configuration()).parameterCount());
    }

    @Test
    void mixedLengthsAreMostlyShort() {
        int[] lengths = new Workload(Workload.Kind.MIXED, 8, 500, 3).lengths(100);
        assertThat(lengths).hasSize(800);
        int[] sorted = Arrays.stream(lengths).sorted().toArray();
        assertThat(sorted[0]).isBetween(8, 30);
        assertThat(sorted[400]).isBetween(80, 120);
        assertThat(sorted[799]).isEqualTo(500);
    }

    @Test
    void ratiosAreOfMedians() {
        BenchReport report = new BenchReport(
                "case", List.of(figures(10), figures(30), figures(20)), List.of(figures(5), figures(100), figures(10)));
        assertThat(report.speedRatio()).hasValue(2);
        assertThat(report.memoryRatio()).hasValue(2);
        assertThat(Medians.of(List.of(4.0, 1.0))).isEqualTo(2.5);
    }

    private static Measurement figures(double size) {
        return new Measurement("who", size, 1, 1, 1, (long) size, 1, 1, Map.of());
    }
}
