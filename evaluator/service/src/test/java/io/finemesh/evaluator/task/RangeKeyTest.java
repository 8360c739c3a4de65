package io.finemesh.evaluator.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.store.BlobReference;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What answers depend on makes another key, and nothing else does. */
class RangeKeyTest {
    private static final EvaluationSettings PLAIN = settings(PromptTemplate.PLAIN, Precision.FP32, Optional.empty());

    private static EvaluationSettings settings(
            PromptTemplate template, Precision precision, Optional<RemoteModel> remote) {
        return new EvaluationSettings(template, precision, 64, Optional.empty(), remote);
    }

    private static Measurement gsm8k(String question, int longest) {
        return TaskCatalogue.measure(
                new TaskSpecification(EvaluationTask.GSM8K_COT_ZEROSHOT, 0, longest),
                ("{\"question\":\"%s\",\"answer\":\"#### 1\"}\n{\"question\":\"b\",\"answer\":\"#### 2\"}\n"
                                .formatted(question))
                        .getBytes(UTF_8),
                Optional.empty());
    }

    private static BlobDigest key(String weights, String tokenizer, EvaluationSettings settings, Measurement measured) {
        return RangeKey.of(weights, tokenizer, settings, measured, 0, 1);
    }

    @Test
    void weightsTokenizerPromptAndSettingsEachMakeAnotherKey() {
        Measurement asked = gsm8k("a", 8);
        Set<BlobDigest> keys = new LinkedHashSet<>(List.of(
                key("w", "t", PLAIN, asked),
                key("w2", "t", PLAIN, asked),
                key("w", "t2", PLAIN, asked),
                key("w", "t", settings(PromptTemplate.PLAIN, Precision.BF16, Optional.empty()), asked),
                key(
                        "w",
                        "t",
                        settings(
                                PromptTemplate.PLAIN,
                                Precision.FP32,
                                Optional.of(new RemoteModel("http://h/v1", "m", Optional.empty()))),
                        asked),
                key("w", "t", PLAIN, gsm8k("other", 8)),
                key("w", "t", PLAIN, gsm8k("a", 9)),
                RangeKey.of("w", "t", PLAIN, asked, 1, 2),
                RangeKey.of("w", "t", PLAIN, asked, 0, 2)));

        assertThat(keys).hasSize(9);
        assertThat(key("w", "t", PLAIN, gsm8k("a", 8))).isEqualTo(key("w", "t", PLAIN, asked));
    }

    @Test
    void aTemplateThatIsNotUsedMakesNoOtherKey() {
        assertThat(key("w", "t", settings(PromptTemplate.ALPACA, Precision.FP32, Optional.empty()), gsm8k("a", 8)))
                .isEqualTo(key("w", "t", PLAIN, gsm8k("a", 8)));
    }

    private static Measurement open(String judge, Optional<JudgeBudget> budget, Optional<Measurement.Opponent> other) {
        ResolvedDataset any = new ResolvedDataset(
                new DatasetVersion("d@1"), new BlobReference(new BlobDigest("ab".repeat(32)), 1), 1);
        StringBuilder prompts = new StringBuilder();
        for (String name : List.of("single-v1", "pair-v2")) {
            prompts.append(
                    "{\"name\":\"%s\",\"system_prompt\":\"\",\"prompt_template\":\"{question}\",\"output_format\":\"%s\"}\n"
                            .formatted(name, name.startsWith("pair") ? "[[A]]" : "[[rating]]"));
        }
        return OpenQuestions.measure(
                new TaskSpecification(EvaluationTask.MT_BENCH, 0, 8),
                "{\"question_id\":81,\"category\":\"writing\",\"turns\":[\"a\"]}\n".getBytes(UTF_8),
                prompts.toString().getBytes(UTF_8),
                Optional.empty(),
                Optional.empty(),
                new JudgeSettings(
                        Optional.empty(),
                        Optional.of(new RemoteModel("http://h/v1", judge, Optional.empty())),
                        any,
                        Optional.empty(),
                        budget,
                        Optional.empty()),
                other);
    }

    @Test
    void whoRatesAndWhoIsComparedMakeAnotherKeyAndWhatItMayCostDoesNot() {
        Measurement.Opponent other = new Measurement.Opponent(new CheckpointId("ck-1"), "w1", "t");
        BlobDigest plain = key("w", "t", PLAIN, open("j", Optional.empty(), Optional.empty()));

        assertThat(Set.of(
                        plain,
                        key("w", "t", PLAIN, open("j2", Optional.empty(), Optional.empty())),
                        key("w", "t", PLAIN, open("j", Optional.empty(), Optional.of(other))),
                        key(
                                "w",
                                "t",
                                PLAIN,
                                open(
                                        "j",
                                        Optional.empty(),
                                        Optional.of(new Measurement.Opponent(other.checkpoint(), "w2", "t"))))))
                .hasSize(4);
        assertThat(key("w", "t", PLAIN, open("j", Optional.of(JudgeBudget.of(1, 1)), Optional.empty())))
                .isEqualTo(plain);
    }
}
