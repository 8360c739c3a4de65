/**
 * Tells the outside what was decided about aliases: {@link io.finemesh.gateway.webhook.WebhookSender} follows the registry, sends by {@link io.finemesh.gateway.webhook.WebhookCall}, signed with {@link
 * io.finemesh.gateway.webhook.Signature}, tries again, and says who was told and who could not be.
 */
package io.finemesh.gateway.webhook;
