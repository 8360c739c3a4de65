package io.finemesh.gateway.view;

import io.finemesh.contract.training.TrainerHeartbeat;
import java.time.Instant;

/**
 * A trainer as it last spoke.
 *
 * @param heartbeat what it said
 * @param at when
 */
public record TrainerView(TrainerHeartbeat heartbeat, Instant at) {}
