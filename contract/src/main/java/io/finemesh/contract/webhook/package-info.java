/** Who outside was told of decisions about aliases, and who could not be: {@link io.finemesh.contract.webhook.WebhookEvent}. */
package io.finemesh.contract.webhook;
