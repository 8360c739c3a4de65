package io.finemesh.engine.kernel;

import java.util.Locale;

/** Whether a kernel is used, and why. */
public sealed interface KernelVerdict {
    /** The kernel's entry point. */
    String function();

    /** One line for a log or a health page. */
    String summary();

    /**
     * It computes what the LibTorch composition computes.
     *
     * @param worst largest relative difference seen
     */
    record Trusted(String function, double worst) implements KernelVerdict {
        @Override
        public String summary() {
            return String.format(Locale.ROOT, "%s: in use, within %.1e of the composition", function, worst);
        }
    }

    /**
     * It computes something else: the composition is used instead, which is slower.
     *
     * @param worst largest relative difference seen, NaN when something was not a number
     * @param tolerance largest allowed
     * @param where the case and the tensor that differed
     */
    record Mismatch(String function, double worst, double tolerance, String where) implements KernelVerdict {
        @Override
        public String summary() {
            return String.format(
                    Locale.ROOT,
                    "%s: SWITCHED OFF, its results are wrong on this device (%s: off by %.1e, allowed %.1e); the slower composition is used. "
                            + "Please report device, driver and this line",
                    function,
                    where,
                    worst,
                    tolerance);
        }
    }

    /**
     * It cannot run here.
     *
     * @param reason what is missing or what the toolkit said
     */
    record Unavailable(String function, String reason) implements KernelVerdict {
        @Override
        public String summary() {
            return function + ": not in use, the composition is: " + reason;
        }
    }
}
