package io.finemesh.contract.run;

import java.util.List;

/**
 * LoRA's adapters.
 *
 * @param rank of the adapters
 * @param alpha by which, divided by the rank, their output is multiplied
 * @param targets names of the linear modules that get one, such as q_proj; all means every one of a layer
 */
public record AdapterSpecification(int rank, double alpha, List<String> targets) {
    public AdapterSpecification {
        targets = List.copyOf(targets);
    }
}
