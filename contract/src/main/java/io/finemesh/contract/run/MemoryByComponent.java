package io.finemesh.contract.run;

/**
 * Bytes a run needs on a trainer at its peak.
 *
 * @param weightsBytes all weights as stored
 * @param masterBytes 32-bit master copy
 * @param gradientBytes gradients alive at once
 * @param optimizerStateBytes moments
 * @param activationBytes layer inputs and one layer's working set
 * @param logitsBytes one chunk of logits
 * @param overheadBytes process, tokenizer and allocator
 */
public record MemoryByComponent(
        long weightsBytes,
        long masterBytes,
        long gradientBytes,
        long optimizerStateBytes,
        long activationBytes,
        long logitsBytes,
        long overheadBytes) {
    public MemoryByComponent {}

    /** Sum of all components. */
    public long totalBytes() {
        return weightsBytes
                + masterBytes
                + gradientBytes
                + optimizerStateBytes
                + activationBytes
                + logitsBytes
                + overheadBytes;
    }
}
