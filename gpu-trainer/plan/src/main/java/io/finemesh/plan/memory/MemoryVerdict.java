package io.finemesh.plan.memory;

import java.util.List;
import java.util.stream.Collectors;

/** Whether a run fits a budget. */
public sealed interface MemoryVerdict {
    /**
     * It fits.
     *
     * @param neededBytes what the run needs
     * @param budgetBytes what there is
     */
    record Fits(long neededBytes, long budgetBytes) implements MemoryVerdict {
        @Override
        public String explain() {
            return "needs " + MemoryEstimate.readable(neededBytes) + " of " + MemoryEstimate.readable(budgetBytes);
        }
    }

    /**
     * It does not.
     *
     * @param neededBytes what the run needs
     * @param budgetBytes what there is
     * @param wouldFit settings that fit the budget, nearest to the asked ones first; empty where none does
     * @param leastBytes what the most frugal settings known would need
     */
    record TooLarge(long neededBytes, long budgetBytes, List<MemoryAlternative> wouldFit, long leastBytes)
            implements MemoryVerdict {
        private static final int SHOWN = 5;

        public TooLarge {
            wouldFit = List.copyOf(wouldFit);
        }

        @Override
        public String explain() {
            String asked = "needs " + MemoryEstimate.readable(neededBytes) + ", there are "
                    + MemoryEstimate.readable(budgetBytes) + "; ";
            if (wouldFit.isEmpty()) {
                return asked + "no settings fit: the most frugal need " + MemoryEstimate.readable(leastBytes);
            }
            return asked
                    + wouldFit.stream()
                            .limit(SHOWN)
                            .map(MemoryAlternative::describe)
                            .collect(Collectors.joining("; or ", "would fit: ", ""));
        }
    }

    /** One sentence for people. */
    String explain();

    default boolean fits() {
        return switch (this) {
            case Fits _ -> true;
            case TooLarge _ -> false;
        };
    }
}
