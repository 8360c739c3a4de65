package io.finemesh.scheduler.planning;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.run.RunPlan;

/** What became of a submission when it was held against reality. */
public sealed interface Planning {
    /**
     * It can be executed.
     *
     * @param plan how it will be cut and what it needs
     */
    record Planned(RunPlan plan) implements Planning {
        public Planned {
            requireNonNull(plan, "plan is null");
        }
    }

    /**
     * It can never be executed as asked.
     *
     * @param failure everything that is wrong, at once
     */
    record Refused(Failure failure) implements Planning {
        public Refused {
            requireNonNull(failure, "failure is null");
        }
    }
}
