package io.finemesh.contract.policy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What makes a policy fire; {@code kind} on the wire says which. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = VolumeTrigger.class, name = "volume"),
    @JsonSubTypes.Type(value = ScheduleTrigger.class, name = "schedule"),
    @JsonSubTypes.Type(value = RegressionTrigger.class, name = "regression"),
    @JsonSubTypes.Type(value = DriftTrigger.class, name = "drift"),
    @JsonSubTypes.Type(value = ExternalTrigger.class, name = "external")
})
public sealed interface TriggerSpecification
        permits VolumeTrigger, ScheduleTrigger, RegressionTrigger, DriftTrigger, ExternalTrigger {
    /** Name within the policy. */
    String name();
}
