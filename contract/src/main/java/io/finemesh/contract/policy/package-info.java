/**
 * What a person sets once so that a model keeps improving: {@link io.finemesh.contract.policy.PolicyDefined} says when to train ({@link
 * io.finemesh.contract.policy.TriggerSpecification}), how much of it is allowed ({@link io.finemesh.contract.policy.PolicyLimits}), what to run, and what a
 * checkpoint must show before it takes the alias ({@link io.finemesh.contract.policy.GateSpecification}).
 */
package io.finemesh.contract.policy;
