package io.finemesh.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupLayoutTest {
    private final ModelStructure structure = ModelStructure.of(TinyModel.biased());
    private final ParameterGroup group = new ParameterGroup.Layer(0);
    private final GroupLayout layout = GroupLayout.of(group, structure.tensorsOf(group));

    @Test
    void stacksQueryKeyAndValueInThatOrder() {
        GroupLayout.Entry first = layout.entries().getFirst();

        assertThat(first.slot()).isEqualTo(WeightSlot.QUERY_KEY_VALUE);
        assertThat(first.shape()).containsExactly(72L, 24L);
        assertThat(first.parts())
                .extracting(GroupLayout.Part::name, GroupLayout.Part::firstRow)
                .containsExactly(
                        tuple("model.layers.0.self_attn.q_proj.weight", 0L),
                        tuple("model.layers.0.self_attn.k_proj.weight", 24L),
                        tuple("model.layers.0.self_attn.v_proj.weight", 48L));
    }

    @Test
    void holdsEveryTensorOnceWithoutOverlap() {
        List<String> names = layout.entries().stream()
                .flatMap(entry -> entry.parts().stream())
                .map(GroupLayout.Part::name)
                .toList();
        assertThat(names)
                .containsExactlyInAnyOrderElementsOf(structure.tensorsOf(group).stream()
                        .map(tensor -> tensor.name())
                        .toList());
        long end = 0;
        for (GroupLayout.Entry entry : layout.entries()) {
            assertThat(entry.offset()).as(entry.slot().toString()).isGreaterThanOrEqualTo(end);
            assertThat(entry.offset() % 16).as("alignment of " + entry.slot()).isZero();
            end = entry.offset() + entry.elementCount();
        }
        assertThat(layout.elementCount()).isGreaterThanOrEqualTo(end);
    }
}
