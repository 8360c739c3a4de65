package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

/**
 * The method and its own settings; settings of another method are at their defaults.
 *
 * @param method how parameters are updated
 * @param blockOrder BAdam: order of the visits
 * @param switchInterval BAdam: optimizer steps of a visit; 0 = min(max(n/(B*D),50),100)
 * @param startBlock BAdam: block of the first visit, counted from the input
 * @param includeEmbedding BAdam: the embedding is a block too
 * @param includeHead BAdam: final norm and output head are a block too
 * @param referenceCompatible BAdam: the first visit has one step less, as in the reference implementation
 */
public record MethodSpecification(
        Method method,
        BlockOrder blockOrder,
        int switchInterval,
        OptionalInt startBlock,
        boolean includeEmbedding,
        boolean includeHead,
        boolean referenceCompatible) {
    public MethodSpecification {
        requireNonNull(method, "method is null");
        requireNonNull(blockOrder, "blockOrder is null");
        startBlock = startBlock == null ? OptionalInt.empty() : startBlock;
    }
}
