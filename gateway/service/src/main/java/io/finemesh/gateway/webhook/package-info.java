/**
 * Tells the outside what was decided about aliases: {@link io.finemesh.gateway.webhook.WebhookSender} follows the registry, signs with {@link io.finemesh.gateway.webhook.Signature}, tries again, and says who
 * was told and who could not be.
 */
package io.finemesh.gateway.webhook;
