package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A model behind an OpenAI-compatible server. The checkpoint that is named with it is what the figures are filed under; that the server serves it is the caller's word.
 *
 * @param url base address, such as {@code https://host/v1}
 * @param model the model's name there
 * @param secret name of the evaluator's secret that holds the key; never the key itself
 */
public record RemoteModel(String url, String model, Optional<String> secret) {
    public RemoteModel {
        requireNonNull(url, "url is null");
        requireNonNull(model, "model is null");
        secret = secret == null ? Optional.empty() : secret;
    }
}
