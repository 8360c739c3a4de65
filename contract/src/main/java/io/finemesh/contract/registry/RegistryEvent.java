package io.finemesh.contract.registry;

import io.finemesh.contract.Message;

/** What became of a model's aliases. Owner: scheduler. */
public sealed interface RegistryEvent extends Message permits AliasMoved, GateDecided {
    /** Registry model. */
    String model();

    /** Alias of the model. */
    String alias();

    /** Key of the record: {@code model@alias}. */
    default String subject() {
        return model() + "@" + alias();
    }
}
