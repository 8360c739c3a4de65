package io.finemesh.contract.webhook;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;

/** What became of telling somebody outside. Owner: gateway. */
public sealed interface WebhookEvent extends Message permits WebhookDelivered, WebhookGivenUp {
    /** What was to be told; key of the record. */
    EventId event();

    /** Who was to be told. */
    String url();
}
