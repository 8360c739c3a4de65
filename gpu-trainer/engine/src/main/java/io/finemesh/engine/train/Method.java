package io.finemesh.engine.train;

import io.finemesh.engine.optim.adam.AdamHyperparameters;
import java.util.Objects;

/** Which parameters are trained at a time, and how. */
public sealed interface Method {
    /** Settings of the optimizer inside. */
    AdamHyperparameters adam();

    /** Name in run specifications and training states. */
    String id();

    /** All parameters in every step; moments live as long as the run (arXiv 1711.05101). */
    record AdamW(AdamHyperparameters adam) implements Method {
        public AdamW {
            Objects.requireNonNull(adam, "settings are null");
        }

        @Override
        public String id() {
            return "adamw";
        }
    }

    /**
     * One block at a time; moments live as long as the visit (arXiv 2404.02827). Which block when is the segment plan's business: each segment is one
     * visit.
     */
    record BAdam(AdamHyperparameters adam) implements Method {
        public BAdam {
            Objects.requireNonNull(adam, "settings are null");
        }

        @Override
        public String id() {
            return "badam";
        }
    }
}
