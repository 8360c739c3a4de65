package io.finemesh.gateway.answer;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Policies by name.
 *
 * @param policies the policies
 */
@Schema(name = "PolicyList", description = "Policies by name")
public record PolicyList(List<PolicyAnswer> policies) {}
