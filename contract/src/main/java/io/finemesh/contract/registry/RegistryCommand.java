package io.finemesh.contract.registry;

import io.finemesh.contract.Message;

/** What people want of a model's aliases. Owner: gateway. */
public sealed interface RegistryCommand extends Message permits MoveAlias, ApprovePromotion, RejectPromotion {
    /** Registry model. */
    String model();

    /** Alias of the model. */
    String alias();

    /** Key of the record: {@code model@alias}. */
    default String subject() {
        return model() + "@" + alias();
    }
}
