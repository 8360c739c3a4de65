package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * Who outside is told of decisions.
 *
 * @param url address, http or https
 * @param secret name of the secret that signs what is sent; the secret itself never travels
 */
public record Webhook(String url, String secret) {
    public Webhook {
        requireNonNull(url, "url is null");
        requireNonNull(secret, "secret is null");
    }
}
