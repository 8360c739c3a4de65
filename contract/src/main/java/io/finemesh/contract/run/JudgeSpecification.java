package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.Optional;

/**
 * Who is to rate open answers, as the user named it. Either checkpoint, or url and model, or judgments and model are there.
 *
 * @param checkpoint model name, checkpoint id, or model@alias
 * @param url base address of an OpenAI-compatible server, such as {@code https://host/v1}
 * @param model the model's name there, or in the judgments
 * @param secret name of the evaluator's secret that holds the key; never the key itself
 * @param prompts data set of documents with the judge's prompts
 * @param references data set of documents with reference answers
 * @param budget what asking it may cost; absent = what the evaluators allow
 * @param judgments data set of documents with judgments that were made before, which are said again
 */
public record JudgeSpecification(
        Optional<String> checkpoint,
        Optional<String> url,
        Optional<String> model,
        Optional<String> secret,
        String prompts,
        Optional<String> references,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(8)
        Optional<JudgeBudget> budget,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(9)
        Optional<String> judgments) {
    public JudgeSpecification {
        checkpoint = checkpoint == null ? Optional.empty() : checkpoint;
        url = url == null ? Optional.empty() : url;
        model = model == null ? Optional.empty() : model;
        secret = secret == null ? Optional.empty() : secret;
        requireNonNull(prompts, "prompts is null");
        references = references == null ? Optional.empty() : references;
        budget = budget == null ? Optional.empty() : budget;
        judgments = judgments == null ? Optional.empty() : judgments;
    }
}
