package io.finemesh.contract.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.List;
import java.util.OptionalDouble;

/**
 * LoRA's adapters.
 *
 * @param rank of the adapters
 * @param alpha by which, divided by the rank, their output is multiplied
 * @param targets names of the linear modules that get one, such as q_proj; all means every one of a layer
 * @param dropout share of an adapter's input that a training step leaves out; absent = nothing
 */
public record AdapterSpecification(
        int rank,
        double alpha,
        List<String> targets,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(6)
        OptionalDouble dropout) {
    public AdapterSpecification {
        targets = List.copyOf(targets);
        dropout = dropout == null ? OptionalDouble.empty() : dropout;
    }
}
