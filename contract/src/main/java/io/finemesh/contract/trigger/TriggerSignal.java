package io.finemesh.contract.trigger;

import io.finemesh.contract.Message;

/** What the scheduler's triggers are told of runs, whose topics have more partitions than there is one of them. Owner: scheduler. */
public sealed interface TriggerSignal extends Message permits RunMoved, DeviceUsed, CheckpointScored {}
