package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.json.SinceForm;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.ResolvedDataset;
import java.util.Map;
import java.util.Optional;

/**
 * Who rates open answers, and with what words. One of checkpoint, remote and recorded is there.
 *
 * @param checkpoint a committed checkpoint that rates
 * @param remote a model behind a server that rates
 * @param prompts documents with the judge's prompts, in the form of FastChat's prompt file
 * @param references documents with reference answers, in the form of FastChat's answer files
 * @param budget what asking it may cost; absent = what the evaluators allow
 * @param recorded judgments that were made before, which are said again
 */
public record JudgeSettings(
        Optional<CheckpointId> checkpoint,
        Optional<RemoteModel> remote,
        ResolvedDataset prompts,
        Optional<ResolvedDataset> references,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(8)
        Optional<JudgeBudget> budget,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(9)
        Optional<RecordedJudge> recorded) {
    public JudgeSettings {
        checkpoint = checkpoint == null ? Optional.empty() : checkpoint;
        remote = remote == null ? Optional.empty() : remote;
        requireNonNull(prompts, "prompts is null");
        references = references == null ? Optional.empty() : references;
        budget = budget == null ? Optional.empty() : budget;
        recorded = recorded == null ? Optional.empty() : recorded;
    }

    /**
     * A judge as it was named, with what the names stand for.
     *
     * @param checkpoint what its checkpoint's name stands for
     * @param datasets data sets by name
     */
    public static JudgeSettings of(
            JudgeSpecification judge, Optional<CheckpointId> checkpoint, Map<String, ResolvedDataset> datasets) {
        return new JudgeSettings(
                checkpoint,
                judge.url().flatMap(url -> judge.model().map(model -> new RemoteModel(url, model, judge.secret()))),
                datasets.get(judge.prompts()),
                judge.references().map(datasets::get),
                judge.budget(),
                judge.judgments()
                        .flatMap(file -> judge.model().map(name -> new RecordedJudge(name, datasets.get(file)))));
    }

    /** Who it is, as judgments name it. */
    public String name() {
        return checkpoint
                .map(CheckpointId::value)
                .or(() -> remote.map(RemoteModel::model))
                .or(() -> recorded.map(RecordedJudge::name))
                .orElse("nobody");
    }
}
