package io.finemesh.plan.blocks;

import java.util.List;

/** One thing wrong with a partition; {@link #subject} says which setting. */
public sealed interface PartitionProblem {
    /** The setting concerned: {@code blocks}, {@code blocks[2]}, {@code alwaysActive} or {@code rowBlockParameters}. */
    String subject();

    /** What was found, what is allowed, what to do. */
    String explain();

    /** A partition without blocks. */
    record NoBlocks(String subject) implements PartitionProblem {
        @Override
        public String explain() {
            return "the list of blocks is empty; allowed: at least one block with at least one selector";
        }
    }

    /** A listed block without selectors. */
    record EmptyBlock(String subject) implements PartitionProblem {
        @Override
        public String explain() {
            return "the block is empty; name what it trains, or remove it";
        }
    }

    /**
     * A selector that is no part of any model, or not of this one.
     *
     * @param nearest what was perhaps meant; empty where nothing is near
     * @param allowed forms of a selector
     */
    record UnknownSelector(String subject, String selector, String nearest, String allowed)
            implements PartitionProblem {
        @Override
        public String explain() {
            return "the model has no '" + selector + "'"
                    + (nearest.isEmpty() ? "" : "; did you mean '" + nearest + "'?") + "; allowed: " + allowed;
        }
    }

    /**
     * Rows beyond those of a tensor.
     *
     * @param rows of the tensor, or of the smallest where a selector names several
     */
    record RowsOutside(String subject, String selector, long rows) implements PartitionProblem {
        @Override
        public String explain() {
            return "'" + selector + "' asks for rows that do not exist; allowed: [first:end] within [0:" + rows
                    + "], at least one row";
        }
    }

    /**
     * Two slices of one tensor in one block.
     *
     * @param tensors named twice
     */
    record NamedTwice(String subject, List<String> tensors) implements PartitionProblem {
        public NamedTwice {
            tensors = List.copyOf(tensors);
        }

        @Override
        public String explain() {
            return "the block names " + listed(tensors)
                    + " more than once; name each tensor once, with one range of rows";
        }
    }

    /**
     * Parameters in two blocks.
     *
     * @param other the earlier block
     * @param tensors in both
     */
    record Overlap(String subject, String other, List<String> tensors) implements PartitionProblem {
        public Overlap {
            tensors = List.copyOf(tensors);
        }

        @Override
        public String explain() {
            return listed(tensors) + (tensors.size() == 1 ? " is" : " are") + " in block " + other
                    + " too; a parameter belongs to one block (use alwaysActive for what every block trains)";
        }
    }

    /**
     * A block that trains nothing.
     *
     * @param why it does
     */
    record NothingToTrain(String subject, String block, String why) implements PartitionProblem {
        @Override
        public String explain() {
            return "block " + block + " has no trainable tensor: " + why;
        }
    }

    /** A row-block smaller than a row. */
    record RowBlockTooSmall(String subject, long found, long rowElements) implements PartitionProblem {
        @Override
        public String explain() {
            return "row-blocks of " + found + " parameters hold no row of " + rowElements + "; allowed: " + rowElements
                    + " or more, or 0 for no more than a layer has";
        }
    }

    private static String listed(List<String> tensors) {
        int shown = Math.min(tensors.size(), 3);
        return String.join(", ", tensors.subList(0, shown))
                + (tensors.size() > shown ? " and " + (tensors.size() - shown) + " more" : "");
    }
}
