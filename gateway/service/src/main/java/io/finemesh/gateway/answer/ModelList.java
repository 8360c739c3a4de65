package io.finemesh.gateway.answer;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * All models.
 *
 * @param models the models by name
 */
@Schema(description = "All models")
public record ModelList(List<ModelAnswer> models) {}
