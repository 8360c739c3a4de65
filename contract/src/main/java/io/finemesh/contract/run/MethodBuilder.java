package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;

/** Makes a {@link MethodSpecification}, naming only what differs from the defaults. */
public final class MethodBuilder {
    private final Method method;
    private BlockOrder order = BlockOrder.ASCENDING;
    private int switchInterval;
    private OptionalInt startBlock = OptionalInt.empty();
    private boolean includeEmbedding;
    private boolean includeHead;
    private boolean referenceCompatible;
    private Optional<PartitionSpecification> partition = Optional.empty();
    private Optional<ProjectionSpecification> projection = Optional.empty();
    private Optional<MomentForm> moments = Optional.empty();
    private Optional<WeightRounding> rounding = Optional.empty();
    private Optional<AdapterSpecification> adapter = Optional.empty();
    private Optional<FrozenForm> frozen = Optional.empty();

    MethodBuilder(Method method) {
        this.method = requireNonNull(method, "method is null");
    }

    /** BAdam: order of the visits, and the optimizer steps of each; 0 steps = by the size of the data. */
    public MethodBuilder visits(BlockOrder value, int steps) {
        order = value;
        switchInterval = steps;
        return this;
    }

    /** BAdam: where the visits begin. */
    public MethodBuilder startBlock(OptionalInt value) {
        startBlock = value;
        return this;
    }

    /** BAdam: whether embedding and head are blocks too. */
    public MethodBuilder ends(boolean embedding, boolean head) {
        includeEmbedding = embedding;
        includeHead = head;
        return this;
    }

    /** BAdam: a first visit of one step less. */
    public MethodBuilder referenceCompatible(boolean value) {
        referenceCompatible = value;
        return this;
    }

    /** BAdam: blocks other than one per layer. */
    public MethodBuilder partition(PartitionSpecification value) {
        partition = Optional.of(value);
        return this;
    }

    /** GaLore, or BAdam with GaLore inside. */
    public MethodBuilder projection(Optional<ProjectionSpecification> value) {
        projection = value;
        return this;
    }

    /** What the optimizer keeps. */
    public MethodBuilder moments(Optional<MomentForm> value) {
        moments = value;
        return this;
    }

    /** How weights in bf16 are updated. */
    public MethodBuilder rounding(Optional<WeightRounding> value) {
        rounding = value;
        return this;
    }

    /** LoRA: what is trained. */
    public MethodBuilder adapter(AdapterSpecification value) {
        adapter = Optional.of(value);
        return this;
    }

    /** BAdam: how layers that are not trained are held. */
    public MethodBuilder frozen(Optional<FrozenForm> value) {
        frozen = value;
        return this;
    }

    /** The specification. */
    public MethodSpecification build() {
        return new MethodSpecification(
                method,
                order,
                switchInterval,
                startBlock,
                includeEmbedding,
                includeHead,
                referenceCompatible,
                partition,
                projection,
                moments,
                rounding,
                adapter,
                frozen);
    }
}
