package io.finemesh.contract.registry;

import io.finemesh.contract.Message;

/** What the scheduler's promotion is told of runs and scores, whose topics have more partitions than there is one of it. Owner: scheduler. */
public sealed interface PromotionSignal extends Message
        permits CandidateSubmitted, CandidateEnded, CheckpointEvaluated, EvaluationMissed {}
