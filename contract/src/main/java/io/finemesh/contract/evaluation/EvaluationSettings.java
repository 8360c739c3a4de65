package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.run.LongSamples;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import java.util.Optional;

/**
 * How a model is asked, whatever the task.
 *
 * @param template how a conversation becomes text
 * @param precision how weights are held
 * @param cutoffTokens tokens of a conversation whose loss is taken
 * @param longSamples what happens to longer ones; absent = truncated
 * @param remote the server that writes the answers; empty where the evaluator's engine does
 */
public record EvaluationSettings(
        PromptTemplate template,
        Precision precision,
        int cutoffTokens,
        Optional<LongSamples> longSamples,
        Optional<RemoteModel> remote) {
    public EvaluationSettings {
        requireNonNull(template, "template is null");
        requireNonNull(precision, "precision is null");
        longSamples = longSamples == null ? Optional.empty() : longSamples;
        remote = remote == null ? Optional.empty() : remote;
    }
}
