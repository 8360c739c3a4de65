package io.finemesh.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.checkpoint.model.ModelConfiguration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Methods held against a model of two layers, hidden size 64, keys of 32, vocabulary 256. */
class MethodReferencesTest {
    private static final ModelConfiguration MODEL = ModelConfiguration.parse("""
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 256, "hidden_size": 64,
             "intermediate_size": 176, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
             "max_position_embeddings": 128, "rms_norm_eps": 1e-5}
            """);

    @Test
    void whatTheModelHasIsAllowed() {
        assertThat(problems("{badam_partition: matrix, badam_start_block: 13, galore_rank: 32}"))
                .isEmpty();
        assertThat(problems("{badam_blocks: [[layer.0.attention], [layer.1]], badam_switch_mode: importance,"
                        + " badam_importance: [1, 2]}"))
                .isEmpty();
        assertThat(problems("{finetuning: galore, galore_rank: 32}")).isEmpty();
        assertThat(problems("{finetuning: lomo}")).isEmpty();
        assertThat(problems("{finetuning: lora, lora_target: 'q_proj,v_proj'}")).isEmpty();
        assertThat(problems("{finetuning: lora, lora_target: 'q_proj,w_proj'}"))
                .singleElement()
                .asString()
                .contains("/method/lora_target", "w_proj", "all, or of down_proj, gate_proj");
        assertThat(problems("{finetuning: lora, lora_rank: 100000}"))
                .singleElement()
                .asString()
                .contains("/method/lora_rank");
    }

    @Test
    void aBlockThatDoesNotExistIsNamed() {
        assertThat(problems("{badam_partition: half, badam_start_block: 4}"))
                .extracting(FieldProblem::pointer, problem -> problem.allowed().orElseThrow())
                .containsExactly(tuple("/method/badam_start_block", "0 to 3: the model is cut into 4 blocks"));
    }

    @Test
    void everyPartThatIsNotThereIsSaidAtOnceWithItsPlaceAndWhatWasMeant() {
        List<FieldProblem> problems = problems("{badam_blocks: [[layer.0], [layer.0.qery, layer.0.mlp]],"
                + " badam_active_modules: [hed], galore_rank: 64}");
        assertThat(problems)
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/method/galore_rank",
                        "/method/badam_blocks/1",
                        "/method/badam_blocks/1",
                        "/method/badam_active_modules");
        assertThat(problems)
                .filteredOn(problem -> problem.suggestion().isPresent())
                .extracting(problem -> problem.suggestion().orElseThrow())
                .containsExactlyInAnyOrder("layer.0.query", "head");
        assertThat(problems)
                .filteredOn(problem -> problem.pointer().equals("/method/galore_rank"))
                .singleElement()
                .extracting(FieldProblem::message)
                .asString()
                .startsWith(
                        "method.galore_rank is 64; allowed: 1 to 32, the shorter side of model.layers.0.self_attn.k_proj.weight");
    }

    @Test
    void importanceHasANumberForEachBlock() {
        assertThat(problems("{badam_switch_mode: importance, badam_importance: [1, 2, 3]}"))
                .singleElement()
                .extracting(FieldProblem::message)
                .asString()
                .contains("has 3 numbers, but the model is cut into 2 blocks: layer.0 to layer.1");
    }

    private static List<FieldProblem> problems(String method) {
        String yaml = "model: m\ndataset: d\nduration: {max_steps: 10}\nmethod: " + method;
        return MethodReferences.problems(
                Specifications.admitted(yaml).finished(100).method(), MODEL);
    }
}
