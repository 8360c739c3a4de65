package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.Problem;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.lomo.LomoRule;
import io.finemesh.engine.optim.lora.LoraSettings;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Which parameters are trained at a time, and how. */
public sealed interface Method {
    /** Settings of the optimizer inside. */
    AdamHyperparameters adam();

    /** Name in run specifications and training states. */
    String id();

    /**
     * All parameters in every step; moments live as long as the run (arXiv 1711.05101).
     *
     * @param moments {@link MomentKind#ADAMW} or {@link MomentKind#ADAMW_8BIT}
     * @param rounding of weights stored in bf16
     */
    record AdamW(AdamHyperparameters adam, MomentKind moments, WeightRounding rounding) implements Method {
        public AdamW {
            Objects.requireNonNull(adam, "settings are null");
            Objects.requireNonNull(rounding, "rounding is null");
            if (Objects.requireNonNull(moments, "moments are null") == MomentKind.ADAFACTOR) {
                throw new InvalidMethodException(
                        "AdamW", List.of(new Problem("moments", "ADAFACTOR", "ADAMW or ADAMW_8BIT")));
            }
        }

        /** With 32-bit moments and a 32-bit master of weights stored in bf16. */
        public AdamW(AdamHyperparameters adam) {
            this(adam, MomentKind.ADAMW, WeightRounding.MASTER);
        }

        @Override
        public String id() {
            return "adamw";
        }
    }

    /**
     * One block at a time; moments live as long as the visit (arXiv 2404.02827). Which block when is the segment plan's business: each segment is one
     * visit.
     *
     * @param moments of the optimizer inside a block
     * @param galore inside a block; absent to train it in all coordinates
     */
    record BAdam(AdamHyperparameters adam, MomentKind moments, Optional<GaloreSettings> galore) implements Method {
        public BAdam {
            Objects.requireNonNull(adam, "settings are null");
            Objects.requireNonNull(galore, "GaLore's settings are null");
            if (Objects.requireNonNull(moments, "moments are null") == MomentKind.ADAFACTOR && galore.isEmpty()) {
                throw new InvalidMethodException(
                        "BAdam",
                        List.of(new Problem(
                                "moments", "ADAFACTOR", "ADAMW or ADAMW_8BIT, or GaLore inside the blocks as well")));
            }
            galore.ifPresent(inside -> {
                if (inside.moments() != moments) {
                    throw new InvalidMethodException(
                            "BAdam",
                            List.of(new Problem(
                                    "moments",
                                    moments + " beside GaLore with " + inside.moments(),
                                    "the same in both")));
                }
            });
        }

        /** With 32-bit moments. */
        public BAdam(AdamHyperparameters adam) {
            this(adam, MomentKind.ADAMW, Optional.empty());
        }

        @Override
        public String id() {
            return "badam";
        }
    }

    /**
     * All parameters in every step, the matrices of the layers in a subspace (arXiv 2403.03507).
     *
     * @param galore rank, refresh and what is inside
     * @param rounding of weights stored in bf16
     */
    record GaLore(AdamHyperparameters adam, GaloreSettings galore, WeightRounding rounding) implements Method {
        public GaLore {
            Objects.requireNonNull(adam, "settings are null");
            Objects.requireNonNull(galore, "GaLore's settings are null");
            Objects.requireNonNull(rounding, "rounding is null");
        }

        @Override
        public String id() {
            return "galore";
        }
    }

    /**
     * All parameters in every step, each layer updated during the backward pass.
     *
     * @param rule which of the two
     * @param adam of which only the weight decay is used
     * @param rounding of weights stored in bf16
     */
    record Lomo(LomoRule rule, AdamHyperparameters adam, WeightRounding rounding) implements Method {
        public Lomo {
            Objects.requireNonNull(rule, "rule is null");
            Objects.requireNonNull(adam, "settings are null");
            Objects.requireNonNull(rounding, "rounding is null");
        }

        @Override
        public String id() {
            return rule.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Adapters of low rank beside the frozen linear maps of all layers (arXiv 2106.09685). The segment that ends the run gives the merged weights; those before
     * it change no weight.
     *
     * @param lora rank, scale and targets
     */
    record Lora(AdamHyperparameters adam, LoraSettings lora) implements Method {
        public Lora {
            Objects.requireNonNull(adam, "settings are null");
            Objects.requireNonNull(lora, "LoRA's settings are null");
        }

        @Override
        public String id() {
            return "lora";
        }
    }
}
