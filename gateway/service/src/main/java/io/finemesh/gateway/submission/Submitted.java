package io.finemesh.gateway.submission;

import io.finemesh.contract.id.RunId;

/**
 * A run that was asked for.
 *
 * @param run its identity
 * @param name its name
 * @param replayed true when the same request was known already and nothing was sent
 */
public record Submitted(RunId run, String name, boolean replayed) {}
