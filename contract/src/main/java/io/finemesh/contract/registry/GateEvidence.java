package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.policy.GateRule;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How one rule of a gate came out.
 *
 * @param rule the rule
 * @param passed whether it passed
 * @param challenger the challenger's figure
 * @param champion the champion's; absent where there is none, or where the rule does not ask
 * @param paired the paired comparison, where the rule asks for one
 * @param sentence the same for people
 */
public record GateEvidence(
        GateRule rule,
        boolean passed,
        double challenger,
        OptionalDouble champion,
        Optional<PairedFigures> paired,
        String sentence) {
    public GateEvidence {
        requireNonNull(rule, "rule is null");
        champion = champion == null ? OptionalDouble.empty() : champion;
        paired = paired == null ? Optional.empty() : paired;
        requireNonNull(sentence, "sentence is null");
    }
}
