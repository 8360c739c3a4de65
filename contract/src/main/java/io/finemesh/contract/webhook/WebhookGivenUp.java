package io.finemesh.contract.webhook;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.EventId;

/**
 * Somebody outside could not be told, and it is not tried again: the dead letter of a webhook. What was to be told stands on the registry's topic. A duplicate says the same again.
 *
 * @param event what was to be told
 * @param url who was to be told
 * @param attempts how often it was tried
 * @param reason why it is given up, for people
 */
public record WebhookGivenUp(EventId event, String url, int attempts, String reason) implements WebhookEvent {
    public WebhookGivenUp {
        requireNonNull(event, "event is null");
        requireNonNull(url, "url is null");
        requireNonNull(reason, "reason is null");
    }
}
