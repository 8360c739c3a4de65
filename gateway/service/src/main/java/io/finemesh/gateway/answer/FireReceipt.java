package io.finemesh.gateway.answer;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A firing was asked for.
 *
 * @param policy the policy
 * @param requestId identity of the request
 * @param dryRun whether it is only to be said what would be run
 * @param links where the answer will stand
 */
@Schema(name = "FireReceipt", description = "A firing was asked for")
public record FireReceipt(String policy, String requestId, boolean dryRun, PolicyAnswer.Links links) {}
