package io.finemesh.plan.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.plan.ModelShapes;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockPartitionTest {
    private static final ModelStructure UNTIED = ModelStructure.of(ModelShapes.toy(false));
    private static final ModelStructure TIED = ModelStructure.of(ModelShapes.toy(true));

    @Test
    void trainsOnlyLayersUnlessAskedForMore() {
        List<Block> blocks = BlockPartition.layers(UNTIED, false, false);
        assertThat(ids(blocks)).containsExactly("layer.0", "layer.1", "layer.2", "layer.3");
        assertThat(groupIds(blocks)).containsExactly("layer.0", "layer.1", "layer.2", "layer.3");
    }

    @Test
    void putsTheEmbeddingFirstAndNormWithHeadLast() {
        List<Block> blocks = BlockPartition.layers(UNTIED, true, true);
        assertThat(ids(blocks)).containsExactly("embedding", "layer.0", "layer.1", "layer.2", "layer.3", "head");
        assertThat(groupIds(blocks.subList(0, 1))).containsExactly("embedding");
        assertThat(groupIds(blocks.subList(5, 6))).containsExactlyInAnyOrder("final", "head");
    }

    @Test
    void aTiedHeadIsTrainedWithTheEmbedding() {
        List<Block> blocks = BlockPartition.layers(TIED, true, true);
        assertThat(groupIds(blocks.subList(0, 1))).containsExactly("embedding");
        assertThat(groupIds(blocks.subList(5, 6))).containsExactly("final");
    }

    @Test
    void everyParameterIsInOneBlockWhenAllAreIncluded() {
        for (ModelStructure structure : List.of(UNTIED, TIED)) {
            List<ParameterGroup> groups = BlockPartition.layers(structure, true, true).stream()
                    .flatMap(block -> block.groups().stream())
                    .toList();
            assertThat(groups).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(structure.groups());
        }
    }

    @Test
    void aBlockHasParameters() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Block("layer.0", List.of()))
                .withMessageContaining("layer.0");
    }

    private static List<String> ids(List<Block> blocks) {
        return blocks.stream().map(Block::id).toList();
    }

    private static List<String> groupIds(List<Block> blocks) {
        return blocks.stream()
                .flatMap(block -> block.groups().stream())
                .map(ParameterGroup::id)
                .toList();
    }
}
