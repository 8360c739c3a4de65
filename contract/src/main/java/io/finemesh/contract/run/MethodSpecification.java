package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The method and its own settings; settings of another method are at their defaults. Fields that came later are left out of the wire form
 * where they are absent.
 *
 * @param method how parameters are updated
 * @param blockOrder BAdam: order of the visits
 * @param switchInterval BAdam: optimizer steps of a visit; 0 = min(max(n/(B*D),50),100)
 * @param startBlock BAdam: block of the first visit, counted from the input
 * @param includeEmbedding BAdam: the embedding is a block too
 * @param includeHead BAdam: final norm and output head are a block too
 * @param referenceCompatible BAdam: the first visit has one step less, as in the reference implementation
 * @param partition BAdam: blocks other than one per layer
 * @param projection GaLore, or BAdam with GaLore inside its blocks
 * @param moments what the optimizer keeps; absent = 32-bit moments
 * @param rounding of weights stored in bf16; absent = a 32-bit copy with AdamW and BAdam, else at random
 * @param adapter LoRA: what is trained beside the weights
 * @param frozen BAdam: how layers are held while another block is trained; absent = as they are stored
 */
public record MethodSpecification(
        Method method,
        BlockOrder blockOrder,
        int switchInterval,
        OptionalInt startBlock,
        boolean includeEmbedding,
        boolean includeHead,
        boolean referenceCompatible,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<PartitionSpecification> partition,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<ProjectionSpecification> projection,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<MomentForm> moments,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<WeightRounding> rounding,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(3)
        Optional<AdapterSpecification> adapter,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(4)
        Optional<FrozenForm> frozen) {
    public MethodSpecification {
        requireNonNull(method, "method is null");
        requireNonNull(blockOrder, "blockOrder is null");
        startBlock = startBlock == null ? OptionalInt.empty() : startBlock;
        partition = partition == null ? Optional.empty() : partition;
        projection = projection == null ? Optional.empty() : projection;
        moments = moments == null ? Optional.empty() : moments;
        rounding = rounding == null ? Optional.empty() : rounding;
        adapter = adapter == null ? Optional.empty() : adapter;
        frozen = frozen == null ? Optional.empty() : frozen;
    }

    /** A method with its settings at their defaults; of BAdam a block per layer, from the input upwards. */
    public static MethodBuilder of(Method method) {
        return new MethodBuilder(method);
    }

    /** Whether layers are held as 8-bit integers while another block is trained. */
    public boolean frozenInt8() {
        return frozen.filter(form -> form == FrozenForm.INT8).isPresent();
    }

    /** Whether the order of blocks goes by the gradients the run itself has measured. */
    public boolean measuresImportance() {
        return blockOrder == BlockOrder.IMPORTANCE
                && partition
                        .map(PartitionSpecification::importance)
                        .orElse(List.of())
                        .isEmpty();
    }

    /** Whether one block is trained at a time, each visit a segment. */
    public boolean blockwise() {
        return switch (method) {
            case BADAM -> true;
            case ADAMW, GALORE, LOMO, ADALOMO, LORA -> false;
        };
    }
}
