package io.finemesh.contract.webhook;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.EventId;

/**
 * Somebody outside took what was told. A duplicate says the same again.
 *
 * @param event what was told
 * @param url who was told
 * @param attempts how often it was tried
 * @param status HTTP status of the answer
 */
public record WebhookDelivered(EventId event, String url, int attempts, int status) implements WebhookEvent {
    public WebhookDelivered {
        requireNonNull(event, "event is null");
        requireNonNull(url, "url is null");
    }
}
