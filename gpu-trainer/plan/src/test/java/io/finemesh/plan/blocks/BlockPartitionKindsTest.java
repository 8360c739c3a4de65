package io.finemesh.plan.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.plan.ModelShapes;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Cuts finer than a layer, row-blocks, always-active modules, and lists that cannot be. The toy has 4 layers, hidden 64, vocabulary 256. */
class BlockPartitionKindsTest {
    private static final ModelStructure TOY = ModelStructure.of(ModelShapes.toy(false));
    private static final ModelStructure TIED = ModelStructure.of(ModelShapes.toy(true));
    private static final ModelStructure LLAMA_8B = ModelStructure.of(ModelShapes.llama3With8B());

    @Test
    void halvesCutEveryLayerInTwoWithTheNormsBeside() {
        List<Block> blocks = BlockPartition.of(LLAMA_8B, PartitionSettings.of(new Partitioning.Halves(), false, false));
        assertThat(blocks).hasSize(64);
        assertThat(ids(blocks.subList(0, 4)))
                .containsExactly("layer.0.attention", "layer.0.mlp", "layer.1.attention", "layer.1.mlp");
        assertThat(roles(blocks.getFirst())).containsExactly("INPUT_NORM", "QUERY", "KEY", "VALUE", "ATTENTION_OUTPUT");
        assertThat(blocks.getFirst().parameterCount(LLAMA_8B)).isEqualTo(4096L * (4096 * 2 + 1024 * 2) + 4096);
        assertThat(parameters(blocks, LLAMA_8B)).isEqualTo(32 * 218_112_000L);
    }

    @Test
    void matricesAreBlocksOfTheirOwn() {
        List<Block> blocks =
                BlockPartition.of(LLAMA_8B, PartitionSettings.of(new Partitioning.Matrices(), false, false));
        assertThat(blocks).hasSize(224);
        assertThat(ids(blocks.subList(0, 7)))
                .containsExactly(
                        "layer.0.query",
                        "layer.0.key",
                        "layer.0.value",
                        "layer.0.attention_output",
                        "layer.0.gate",
                        "layer.0.up",
                        "layer.0.down");
        assertThat(roles(blocks.get(0))).containsExactly("INPUT_NORM", "QUERY");
        assertThat(roles(blocks.get(4))).containsExactly("POST_ATTENTION_NORM", "GATE");
        assertThat(roles(blocks.get(6))).containsExactly("DOWN");
        assertThat(parameters(blocks, LLAMA_8B)).isEqualTo(32 * 218_112_000L);
    }

    @Test
    void aLargeEmbeddingIsCutByRowsNoLargerThanALayer() {
        List<Block> blocks = BlockPartition.of(
                LLAMA_8B, PartitionSettings.layers(true, true).withRowBlocks(PartitionSettings.AS_THE_LARGEST_LAYER));
        assertThat(blocks.stream().mapToLong(block -> block.parameterCount(LLAMA_8B)))
                .allMatch(parameters -> parameters <= 218_112_000L + 4096);
        assertThat(parameters(blocks, LLAMA_8B)).isEqualTo(LLAMA_8B.parameterCount());
        assertThat(ids(blocks.subList(0, 3)))
                .containsExactly("embedding.rows.0", "embedding.rows.1", "embedding.rows.2");
        assertThat(blocks.get(0).slices().getFirst().describe()).isEqualTo("model.embed_tokens.weight[0:42752]");
        assertThat(blocks.get(1).slices().getFirst().firstRow()).isEqualTo(42_752);
        assertThat(ids(blocks)).endsWith("layer.31", "head.rows.0", "head.rows.1", "head.rows.2");
        assertThat(roles(blocks.get(35))).containsExactly("FINAL_NORM", "OUTPUT_HEAD");
    }

    @Test
    void rowBlocksOfAGivenSizeCoverEveryRowOnce() {
        List<Block> blocks =
                BlockPartition.of(TOY, PartitionSettings.layers(true, false).withRowBlocks(64 * 100));
        List<TensorSlice> rows = blocks.subList(0, 3).stream()
                .map(block -> block.slices().getFirst())
                .toList();
        assertThat(rows).extracting(TensorSlice::firstRow).containsExactly(0L, 85L, 170L);
        assertThat(rows).extracting(TensorSlice::rows).containsExactly(85L, 85L, 86L);
        assertThat(blocks.get(3).isWhole()).isTrue();
    }

    @Test
    void anEmbeddingThatFitsARowBlockStaysWhole() {
        List<Block> blocks =
                BlockPartition.of(TOY, PartitionSettings.layers(true, false).withRowBlocks(64 * 256));
        assertThat(blocks.getFirst()).isEqualTo(new Block("embedding", List.of(new ParameterGroup.Embedding())));
    }

    @Test
    void theFinalNormCanBeTrainedWithoutTheHead() {
        PartitionSettings settings =
                new PartitionSettings(new Partitioning.Layers(), false, true, false, OptionalLong.empty(), List.of());
        assertThat(ids(BlockPartition.of(TOY, settings))).endsWith("layer.3", "final");
    }

    @Test
    void whatIsAlwaysActiveIsInEveryBlock() {
        List<Block> blocks =
                BlockPartition.of(TOY, PartitionSettings.LAYERS.withAlwaysActive(List.of("final", "layer.1.query")));
        assertThat(ids(blocks)).containsExactly("layer.0", "layer.1", "layer.2", "layer.3");
        for (Block block : blocks) {
            assertThat(block.trained(TOY).stream().map(TensorSlice::describe))
                    .as(block.id())
                    .contains("model.norm.weight", "model.layers.1.self_attn.q_proj.weight");
        }
        assertThat(blocks.get(1).isWhole()).isTrue();
        assertThat(blocks.get(0).groups())
                .extracting(ParameterGroup::id)
                .containsExactly("layer.0", "layer.1", "final");
    }

    @Test
    void listedBlocksTakeRolesHalvesRangesNamesAndRows() {
        List<Block> blocks = BlockPartition.of(
                TOY,
                custom(List.of(
                        List.of("layer.0-1.attention", "embedding[0:10]"),
                        List.of("layer.*.down"),
                        List.of("model.layers.3.self_attn"),
                        List.of("lm_head.weight", "final"))));
        assertThat(ids(blocks)).containsExactly("custom.0", "custom.1", "custom.2", "custom.3");
        assertThat(roles(blocks.get(0)))
                .containsExactly(
                        "TOKEN_EMBEDDING",
                        "INPUT_NORM",
                        "QUERY",
                        "KEY",
                        "VALUE",
                        "ATTENTION_OUTPUT",
                        "INPUT_NORM",
                        "QUERY",
                        "KEY",
                        "VALUE",
                        "ATTENTION_OUTPUT");
        assertThat(blocks.get(0).slices().getFirst().rows()).isEqualTo(10);
        assertThat(roles(blocks.get(1))).containsExactly("DOWN", "DOWN", "DOWN", "DOWN");
        assertThat(roles(blocks.get(2))).containsExactly("QUERY", "KEY", "VALUE", "ATTENTION_OUTPUT");
        assertThat(blocks.get(3).isWhole()).isTrue();
    }

    /** The reference matches a prefix anywhere in a name, so that layers.1 catches layers.11. */
    @Test
    void aNamePrefixEndsAtADot() {
        List<Block> blocks = BlockPartition.of(LLAMA_8B, custom(List.of(List.of("model.layers.1"))));
        assertThat(blocks.getFirst().groups()).containsExactly(new ParameterGroup.Layer(1));
        assertThat(problems(custom(List.of(List.of("model.lay"))))).hasSize(1);
    }

    @Test
    void everyProblemOfAListIsSaidAtOnce() {
        List<PartitionProblem> problems = problems(custom(List.of(
                        List.of(),
                        List.of("layer.2.qery"),
                        List.of("layer.0", "layer.0.query"),
                        List.of("layer.0-1.mlp"),
                        List.of("layer.3.query_bias"),
                        List.of("embedding[200:300]")))
                .withAlwaysActive(List.of("hed")));
        assertThat(problems)
                .extracting(
                        problem -> problem.subject() + " " + problem.getClass().getSimpleName())
                .containsExactly(
                        "blocks[0] EmptyBlock",
                        "blocks[1] UnknownSelector",
                        "blocks[2] NamedTwice",
                        "blocks[4] NothingToTrain",
                        "blocks[5] RowsOutside",
                        "blocks[3] Overlap",
                        "alwaysActive UnknownSelector");
        assertThat(problems.get(1).explain()).contains("did you mean 'layer.2.query'?");
        assertThat(problems.get(4).explain()).contains("within [0:256]");
        assertThat(problems.get(5).explain()).contains("in block custom.2 too").contains("alwaysActive");
        assertThat(problems.get(6).explain()).contains("did you mean 'head'?");
    }

    @Test
    void refusesPartitionsThatTrainNothing() {
        assertThat(problems(custom(List.of()))).containsExactly(new PartitionProblem.NoBlocks("blocks"));
        PartitionException tied = catchThrowableOfType(
                PartitionException.class, () -> BlockPartition.of(TIED, custom(List.of(List.of("head")))));
        assertThat(tied.problems()).singleElement().isInstanceOf(PartitionProblem.NothingToTrain.class);
        assertThat(tied).hasMessageContaining("tied to the embedding");
        assertThat(problems(PartitionSettings.layers(false, true).withAlwaysActive(List.of("head", "final"))))
                .singleElement()
                .extracting(PartitionProblem::explain)
                .asString()
                .contains("block head has no trainable tensor");
    }

    @Test
    void refusesRowBlocksSmallerThanARow() {
        List<PartitionProblem> problems =
                problems(PartitionSettings.layers(true, true).withRowBlocks(63));
        assertThat(problems).containsExactly(new PartitionProblem.RowBlockTooSmall("rowBlockParameters", 63, 64));
    }

    @Test
    void refusesWhatIsPartlyAlwaysActive() {
        assertThat(problems(PartitionSettings.layers(true, false).withAlwaysActive(List.of("embedding[0:9]"))))
                .singleElement()
                .isInstanceOf(PartitionProblem.Overlap.class);
    }

    private static PartitionSettings custom(List<List<String>> blocks) {
        return PartitionSettings.of(new Partitioning.Custom(blocks), false, false);
    }

    private static List<PartitionProblem> problems(PartitionSettings settings) {
        PartitionException refused =
                catchThrowableOfType(PartitionException.class, () -> BlockPartition.of(TOY, settings));
        assertThat(refused).as("refusal of " + settings).isNotNull();
        return refused.problems();
    }

    private static List<String> ids(List<Block> blocks) {
        return blocks.stream().map(Block::id).toList();
    }

    private static List<String> roles(Block block) {
        return block.slices().stream()
                .map(slice -> slice.tensor().role().name())
                .toList();
    }

    private static long parameters(List<Block> blocks, ModelStructure structure) {
        return blocks.stream()
                .mapToLong(block -> block.parameterCount(structure))
                .sum();
    }
}
