package io.finemesh.score.gate;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How one rule came out.
 *
 * @param rule the rule
 * @param passed whether it passed
 * @param challenger the challenger's figure
 * @param champion the champion's; empty where there is none, or where the rule does not ask
 * @param comparison the paired comparison, where the rule asks for one
 * @param sentence the same for people
 */
public record Evidence(
        Rule rule,
        boolean passed,
        double challenger,
        OptionalDouble champion,
        Optional<PairedComparison> comparison,
        String sentence) {
    public Evidence {
        requireNonNull(rule, "rule is null");
        requireNonNull(champion, "champion is null");
        requireNonNull(comparison, "comparison is null");
        requireNonNull(sentence, "sentence is null");
    }
}
