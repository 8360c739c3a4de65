package io.finemesh.contract.connector;

import io.finemesh.contract.Message;

/** What is set about one connector; the newest of each name counts. Owner: gateway. */
public sealed interface ConnectorEvent extends Message permits ConnectorDefined, ConnectorWithdrawn {
    /** Name of the connector; key of the record. */
    String name();

    /** Grows by one with every change; an older one is ignored. */
    long revision();
}
