package io.finemesh.contract.policy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** A condition on one metric of one task; {@code rule} on the wire says which. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "rule")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ThresholdRule.class, name = "threshold"),
    @JsonSubTypes.Type(value = NoRegressionRule.class, name = "no_regression"),
    @JsonSubTypes.Type(value = PairedRule.class, name = "paired")
})
public sealed interface GateRule permits ThresholdRule, NoRegressionRule, PairedRule {
    /** The task, by the name its scores have. */
    String task();

    /** The metric, by the name its scores have. */
    String metric();

    /** Which way is better. */
    Better better();
}
