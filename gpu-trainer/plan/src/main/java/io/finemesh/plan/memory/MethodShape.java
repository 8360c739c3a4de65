package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.plan.blocks.PartitionSettings;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What of a training method matters to memory. */
public sealed interface MethodShape {
    /**
     * Every parameter trained at once.
     *
     * @param optimizer whose state each has
     * @param copy beside weights stored in bf16
     */
    record AdamW(InnerOptimizer optimizer, WeightCopy copy) implements MethodShape {
        public AdamW {
            Objects.requireNonNull(optimizer, "optimizer is null");
            Objects.requireNonNull(copy, "copy is null");
        }

        /** With a 32-bit copy of weights stored in bf16. */
        public AdamW(InnerOptimizer optimizer) {
            this(optimizer, WeightCopy.MASTER);
        }

        /** With fp32 moments. */
        public AdamW() {
            this(InnerOptimizer.ADAMW);
        }

        @Override
        public String describe() {
            return optimizer.words() + ", all parameters";
        }
    }

    /**
     * One block trained at a time; the peak is that of the block that needs most.
     *
     * @param partition how the model is cut
     * @param optimizer inside a block
     * @param projection of the gradients inside a block
     * @param frozenInt8 whether the matrices of all other layers are held as 8-bit integers
     */
    record BAdam(
            PartitionSettings partition, InnerOptimizer optimizer, Optional<Projection> projection, boolean frozenInt8)
            implements MethodShape {
        public BAdam {
            Objects.requireNonNull(partition, "partition is null");
            Objects.requireNonNull(optimizer, "optimizer is null");
            Objects.requireNonNull(projection, "projection is null");
        }

        /** AdamW with fp32 moments inside, everything frozen as stored. */
        public BAdam(PartitionSettings partition) {
            this(partition, InnerOptimizer.ADAMW, Optional.empty(), false);
        }

        /** Layer blocks, and embedding and head where asked for. */
        public BAdam(boolean includeEmbedding, boolean includeHead) {
            this(PartitionSettings.layers(includeEmbedding, includeHead));
        }

        @Override
        public String describe() {
            return "BAdam, blocks: " + partition.describe()
                    + (optimizer == InnerOptimizer.ADAMW ? "" : ", " + optimizer.words() + " inside")
                    + projection
                            .map(found -> ", GaLore " + found.describe() + " inside")
                            .orElse("")
                    + (frozenInt8 ? ", frozen layers in INT8" : "");
        }
    }

    /**
     * Every parameter trained at once, the gradients of the layers' matrices projected.
     *
     * @param projection of those
     * @param optimizer of projected and other gradients
     * @param copy beside weights stored in bf16
     */
    record GaLore(Projection projection, InnerOptimizer optimizer, WeightCopy copy) implements MethodShape {
        public GaLore {
            Objects.requireNonNull(projection, "projection is null");
            Objects.requireNonNull(optimizer, "optimizer is null");
            Objects.requireNonNull(copy, "copy is null");
        }

        /** With nothing beside the weights. */
        public GaLore(Projection projection, InnerOptimizer optimizer) {
            this(projection, optimizer, WeightCopy.NONE);
        }

        @Override
        public String describe() {
            return "GaLore " + projection.describe()
                    + (optimizer == InnerOptimizer.ADAMW ? "" : " with " + optimizer.words());
        }
    }

    /**
     * Two thin matrices trained beside each targeted one (arXiv 2106.09685).
     *
     * @param rank inner dimension of the two, at least 1
     * @param targets which matrices of the layers
     * @param dropout whether a part of the adapters' inputs is left out, which takes masks
     */
    record Lora(int rank, Set<TensorRole> targets, boolean dropout) implements MethodShape {
        public Lora {
            targets = Set.copyOf(targets);
            if (rank < 1 || targets.isEmpty()) {
                throw new IllegalArgumentException("LoRA needs a rank of at least 1 and at least one target, got rank "
                        + rank + " and " + targets);
            }
        }

        /** Without dropout. */
        public Lora(int rank, Set<TensorRole> targets) {
            this(rank, targets, false);
        }

        @Override
        public String describe() {
            return "LoRA rank " + rank + " on "
                    + new TreeSet<>(targets)
                            .stream()
                                    .map(role -> role.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(", "))
                    + (dropout ? " with dropout" : "");
        }
    }

    /** Gradient descent fused into the backward pass: no state at all (arXiv 2306.09782). @param copy beside weights stored in bf16 */
    record Lomo(WeightCopy copy) implements MethodShape {
        public Lomo {
            Objects.requireNonNull(copy, "copy is null");
        }

        /** With nothing beside the weights. */
        public Lomo() {
            this(WeightCopy.NONE);
        }

        @Override
        public String describe() {
            return "LOMO, all parameters";
        }
    }

    /** The same with factored second moments (arXiv 2310.10195). @param copy beside weights stored in bf16 */
    record AdaLomo(WeightCopy copy) implements MethodShape {
        public AdaLomo {
            Objects.requireNonNull(copy, "copy is null");
        }

        /** With nothing beside the weights. */
        public AdaLomo() {
            this(WeightCopy.NONE);
        }

        @Override
        public String describe() {
            return "AdaLomo, all parameters";
        }
    }

    /** One line for people. */
    String describe();
}
