package io.finemesh.plan.memory;

/** What of a training method matters to memory. */
public sealed interface MethodShape {
    /** Every parameter trained at once, with two fp32 moments each. */
    record AdamW() implements MethodShape {
        @Override
        public String describe() {
            return "AdamW, all parameters";
        }
    }

    /**
     * One block trained at a time, with two fp32 moments; the peak is that of the largest block.
     *
     * @param includeEmbedding whether the embedding is one of the blocks
     * @param includeHead whether final norm and head are one of the blocks
     */
    record BAdam(boolean includeEmbedding, boolean includeHead) implements MethodShape {
        @Override
        public String describe() {
            String blocks = "layer" + (includeEmbedding ? ", embedding" : "") + (includeHead ? ", head" : "");
            return "BAdam, blocks: " + blocks;
        }
    }

    /** One line for people. */
    String describe();
}
