package io.finemesh.gateway.answer;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * All trainers that spoke lately.
 *
 * @param trainers the trainers by name
 */
@Schema(description = "All trainers that spoke lately")
public record TrainerList(List<TrainerAnswer> trainers) {}
