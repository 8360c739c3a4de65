package io.finemesh.contract.policy;

import io.finemesh.contract.Message;

/** What is set about one policy; the newest of each name counts. Owner: gateway. */
public sealed interface PolicyEvent extends Message permits PolicyDefined, PolicyWithdrawn {
    /** Name of the policy; key of the record. */
    String name();

    /** Grows by one with every change of the policy; an older one is ignored. */
    long revision();
}
