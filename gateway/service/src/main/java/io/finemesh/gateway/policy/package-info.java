/**
 * What people set once: {@link io.finemesh.gateway.policy.PolicyDesk} takes policies and connectors, {@link io.finemesh.gateway.policy.TriggerDesk} passes
 * requests and outside events on to the triggers, and {@link io.finemesh.gateway.policy.FireSubmission} makes runs of what fires.
 */
package io.finemesh.gateway.policy;
