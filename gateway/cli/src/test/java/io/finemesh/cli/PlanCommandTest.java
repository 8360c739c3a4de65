package io.finemesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void aLlama3Of8B() throws Exception {
        Files.writeString(folder.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 128256, "hidden_size": 4096,
                 "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
                 "max_position_embeddings": 8192, "rms_norm_eps": 1e-5, "rope_theta": 500000.0}
                """);
    }

    @Test
    void theTableNamesEveryComponent() {
        assertThat(plan("--method", "badam", "--cutoff", "728")).isZero();
        assertThat(out.toString())
                .contains("BAdam, blocks: layer, bf16 weights, 728 tokens per row")
                .containsPattern("weights +16\\.061 GB")
                .containsPattern("fp32 master +0\\.872 GB")
                .containsPattern("optimizer states +1\\.745 GB")
                .containsPattern("projections +0\\.000 GB")
                .containsPattern("total +\\d+\\.\\d{3} GB +100\\.0 %");
    }

    @Test
    void aBudgetThatIsTooSmallIsAnsweredWithWhatFits() {
        assertThat(plan("--method", "adamw", "--cutoff", "512", "--budget", "24GB"))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("It does not fit: it needs")
                .contains("What would:")
                .containsPattern("BAdam, blocks: layer +bf16 +512 +1 +2\\d\\.\\d GB")
                .contains("8-bit AdamW inside");
    }

    @Test
    void aBudgetThatIsEnoughIsSaidToFit() {
        assertThat(plan("--cutoff", "512", "--budget", "32 GiB")).isZero();
        assertThat(out.toString()).contains("It fits: needs");
    }

    @Test
    void jsonHoldsTheSameFigures() throws Exception {
        assertThat(plan(
                        "--method",
                        "galore",
                        "--rank",
                        "256",
                        "--optimizer",
                        "adamw-8bit",
                        "--basis",
                        "bf16",
                        "--budget",
                        "8GB",
                        "--json"))
                .isEqualTo(1);
        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertThat(document.at("/bytes/weights").asLong()).isEqualTo(2 * 8_030_261_248L);
        assertThat(document.at("/bytes/projections").asLong())
                .isEqualTo(2L * 256 * 32 * (2 * 4096 + 2 * 1024 + 3 * 4096));
        long sum = 0;
        for (JsonNode component : document.get("bytes")) {
            sum += component.asLong();
        }
        assertThat(sum).isEqualTo(2 * document.at("/bytes/total").asLong());
        assertThat(document.get("fits").asBoolean()).isFalse();
        assertThat(document.get("leastBytes").asLong()).isGreaterThan(8_000_000_000L);
        assertThat(document.get("wouldFit")).isEmpty();
    }

    @Test
    void adaptersMayLeaveOutAPartOfTheirInputs() {
        assertThat(plan("--method", "lora", "--lora-targets", "query,value", "--lora-dropout"))
                .isZero();
        assertThat(out.toString()).contains("LoRA rank 8 on query, value with dropout");
        assertThat(plan("--method", "badam", "--lora-dropout")).isEqualTo(2);
        assertThat(err.toString()).contains("--lora-dropout: found given with --method badam");
    }

    @Test
    void everyWrongOptionIsSaidAtOnce() {
        assertThat(plan(
                        "--method",
                        "badam",
                        "--partition",
                        "thirds",
                        "--rank",
                        "2000",
                        "--always-active",
                        "hed",
                        "--precision",
                        "fp8",
                        "--cutoff",
                        "0",
                        "--budget",
                        "much",
                        "--lora-targets",
                        "query"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("This cannot be planned: 7 problems")
                .contains("--partition: found thirds; allowed: layer, half, matrix")
                .contains("--precision: found fp8; allowed: fp32, bf16")
                .contains("--cutoff: found 0")
                .contains("--budget: found much")
                .contains("--lora-targets: found given with --method badam")
                .contains("alwaysActive: ")
                .contains("did you mean 'head'?")
                .contains("rank: found 2000; allowed: 1 to 1024");
    }

    @Test
    void blocksOfOnesOwnAreCheckedAgainstTheModel() {
        assertThat(plan("--block", "layer.0-15.attention", "--block", "layer.3.query,layer.40"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("2 problems")
                .contains("the model has no 'layer.40'")
                .contains("in block custom.0 too");
    }

    @Test
    void problemsAreJsonWhereAskedFor() throws Exception {
        assertThat(plan("--method", "lomo", "--rank", "4", "--json")).isEqualTo(2);
        JsonNode problems = new ObjectMapper().readTree(out.toString()).get("problems");
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0).get("subject").asText()).isEqualTo("--rank");
    }

    @Test
    void aConfigurationThatIsRefusedIsSaidFieldByField() throws Exception {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\", \"vocab_size\": -1}");
        assertThat(plan("--method", "adamw")).isEqualTo(2);
        assertThat(err.toString()).contains("vocab_size: found -1").contains("hidden_size");
    }

    @Test
    void aFolderWithoutConfigurationIsNamed() throws Exception {
        Files.delete(folder.resolve("config.json"));
        assertThat(plan("--method", "adamw")).isEqualTo(2);
        assertThat(err.toString()).contains("config.json does not exist");
    }

    private int plan(String... options) {
        List<String> arguments = new ArrayList<>(List.of("plan", "--model", folder.toString()));
        arguments.addAll(List.of(options));
        return Finemesh.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }
}
