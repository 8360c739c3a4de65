package io.finemesh.gateway.admission;

import static io.finemesh.gateway.admission.Specifications.LEAST;
import static io.finemesh.gateway.admission.Specifications.document;
import static io.finemesh.gateway.admission.Specifications.problems;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.finemesh.gateway.document.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema, the reader and the examples in the documentation say the same. */
class SchemaAgreementTest {
    private static final JsonNode SCHEMA_TEXT = schemaText();
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(SCHEMA_TEXT);

    private static final String SERVED = LEAST
            + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {url: 'http://h', model: m, prompts: p, budget: ";

    static Stream<FieldTable.Row> rows() {
        return FieldTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void schemaAndReaderAgreeOnEachField(FieldTable.Row row) {
        Set<ValidationMessage> messages = schemaMessages(row.specification());
        if (row.good() || !row.expressible()) {
            assertThat(messages).isEmpty();
        } else {
            assertThat(messages).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "text",
                "model: m",
                "model: m\ndataset: d",
                LEAST + "sede: 1",
                LEAST + "optimizer: {learning_rat: 1}",
                LEAST + "optimizer: {warmup_steps: 1, warmup_ratio: 0.1}",
                LEAST + "optimizer: {lr_scheduler_type: constant, final_fraction: 0.5}",
                LEAST + "checkpoint: {save_steps: 5}",
                LEAST + "method: {finetuning: badam}\ncheckpoint: {save_steps: 5}",
                LEAST + "method: {finetuning: adamw, badam_switch_interval: 5}",
                LEAST + "method: {finetuning: adamw, badam_switch_mode: random}",
                LEAST + "method: {finetuning: adamw, badam_start_block: 0}",
                LEAST + "method: {finetuning: adamw, badam_include_embedding: false}",
                LEAST + "method: {finetuning: adamw, badam_include_head: false}",
                LEAST + "method: {finetuning: adamw, badam_reference_compatible: false}",
                LEAST + "method: {finetuning: galore, badam_frozen: int8}",
                LEAST + "method: {finetuning: galore, badam_partition: half}",
                LEAST + "method: {finetuning: lomo, galore_rank: 4}",
                LEAST + "method: {finetuning: adamw, lora_rank: 4}",
                LEAST + "method: {finetuning: lora, galore_rank: 4}",
                LEAST + "method: {finetuning: lora, badam_partition: half}",
                LEAST + "method: {finetuning: lora, moments: adamw}",
                LEAST + "method: {finetuning: lora, rounding: kahan}",
                LEAST
                        + "method: {finetuning: lora}\nevaluation: {dataset: e, tasks: [{task: held_out_loss}], every_segments: 2}",
                LEAST + "method: {finetuning: adalomo, moments: adamw}",
                LEAST + "method: {finetuning: adamw, galore_scale: 1}",
                LEAST + "method: {finetuning: adamw, moments: adafactor}",
                LEAST + "method: {finetuning: badam, galore_scale: 1}",
                LEAST + "method: {galore_residual: true}",
                LEAST + "method: {moments: adafactor}",
                LEAST + "method: {rounding: kahan}",
                LEAST + "method: {badam_partition: half, badam_blocks: [[layer.0]]}",
                LEAST + "method: {badam_switch_mode: random, badam_importance: [1, 2]}",
                LEAST + "method: {finetuning: galore, moments: adafactor, galore_moment_transport: rotated}",
                LEAST + "method: {finetuning: galore, moments: adafactor, galore_residual: true}",
                LEAST + "method: {finetuning: galore, galore_proj_type: full, galore_residual: true}",
                LEAST + "method: {galore_rank: 4, moments: adafactor, galore_residual: true}",
                LEAST + "evaluation: {dataset: e}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mt_bench_pairwise}]}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench_pairwise, chat: true}], judge: {checkpoint: c, prompts: p}}",
                LEAST
                        + "evaluation: {dataset: e, remote: {url: 'http://h/v1', model: m}, tasks: [{task: exact_match}]}",
                LEAST + "evaluation: {tasks: [{task: exact_match}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{limit: 5}]}",
                LEAST + "evaluation: {tasks: [{task: svamp, dataset: a}, {task: aqua}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: svamp}], against: m}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: svamp}], judge: {checkpoint: c, prompts: p}}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mt_bench}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {}}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {prompts: p}}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {checkpoint: c}}",
                SERVED + "{}}}",
                SERVED + "{dollars: 1}}}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {checkpoint: c, prompts: p, budget: {tokens: 9}}}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {url: 'http://h', prompts: p}}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {checkpoint: c, url: 'http://h', model: m, prompts: p}}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {checkpoint: c, judgments: j, prompts: p}}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {url: 'http://h', model: m, judgments: j, prompts: p}}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {judgments: j, prompts: p}}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench_pairwise}], judge: {judgments: j, model: m, prompts: p}}",
                LEAST + "evaluation: {tasks: [{task: mt_bench}], judge: {checkpoint: c, prompts: p}}",
                LEAST + "evaluation: {tasks: [{task: update_report, limit: 5}]}",
                LEAST + "evaluation: {tasks: [{task: update_report, dataset: e}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mmlu, subject: law}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mmlu, examples: x}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: gsm8k_cot}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: svamp, examples: x}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: gsm8k_cot_zeroshot, examples: x}]}",
                LEAST + "evaluation: {tasks: [{task: update_report, examples: x}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: svamp, subject: law}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: svamp, shots: 3}]}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: held_out_loss, max_new_tokens: 5}]}",
                "model: m\ndataset: d\nduration: {max_steps: 1, num_train_epochs: 1}",
                "model: m\ndataset: d\nduration: {steps: 1}"
            })
    void bothRefuseWhatIsWrongAsAWhole(String yaml) {
        assertThat(problems(yaml)).isNotEmpty();
        assertThat(schemaMessages(yaml)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                LEAST,
                LEAST + "method: {finetuning: adamw}\ncheckpoint: {save_steps: 5}",
                LEAST + "method: {finetuning: galore, galore_rank: 8}\ncheckpoint: {save_steps: 5}",
                LEAST + "method: {galore_rank: 4, moments: adafactor, galore_scale: 1, rounding: master}",
                LEAST + "method: {badam_switch_mode: importance}",
                LEAST + "method: {badam_switch_mode: importance, badam_importance: [1, 2]}",
                LEAST + "method: {finetuning: adalomo, rounding: kahan}",
                LEAST + "checkpoint: {}",
                LEAST + "optimizer: {lr_scheduler_type: constant}",
                LEAST + "evaluation: {tasks: [{task: update_report}]}",
                LEAST + "evaluation: {tasks: [{task: update_report}], against: m, at_start: true}",
                LEAST + "evaluation: {tasks: [{task: svamp, dataset: a}, {task: aqua, dataset: b}]}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench_pairwise}], against: m, judge: {checkpoint: c, prompts: p}}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: mt_bench}], judge: {judgments: j, model: gpt-4, prompts: p}}",
                LEAST + "evaluation: {dataset: e, tasks: [{task: mmlu, subject: law, examples: x}]}",
                LEAST
                        + "evaluation: {tasks: [{task: mt_bench, dataset: q}], judge: {url: 'http://h/v1', model: m, secret: s, prompts: p, references: r}}",
                LEAST
                        + "evaluation: {dataset: e, tasks: [{task: held_out_loss}, {task: exact_match, max_new_tokens: 5}]}"
            })
    void bothAllowWhatIsRight(String yaml) {
        assertThat(problems(yaml)).isEmpty();
        assertThat(schemaMessages(yaml)).isEmpty();
    }

    static Stream<Path> examples() throws IOException {
        Path root = Path.of(System.getProperty("finemesh.root"));
        List<Path> examples;
        try (Stream<Path> files = Files.list(root.resolve("docs/examples"))) {
            examples = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        assertThat(examples).isNotEmpty();
        return examples.stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsRight(Path example) throws IOException {
        String yaml = Files.readString(example);
        assertThat(problems(yaml)).isEmpty();
        assertThat(schemaMessages(yaml)).isEmpty();
    }

    /** The examples that end in -everything are the reference for users, so a new field must find its way into one of them. */
    @Test
    void theExamplesWithEverythingNameEveryField() throws IOException {
        Set<String> named = new TreeSet<>(Set.of("/optimizer/warmup_ratio", "/duration/num_train_epochs"));
        for (Path example : examples().toList()) {
            if (example.toString().endsWith("-everything.yaml")) {
                pointers("", json(document(Files.readString(example)).root()), named);
            }
        }
        Set<String> published = new TreeSet<>();
        published("", SCHEMA_TEXT, published);
        assertThat(named).isEqualTo(published);
    }

    @Test
    void everyFieldOfTheSchemaIsDescribedOrItsSectionIs() {
        SCHEMA_TEXT.get("properties").properties().forEach(property -> {
            JsonNode field = resolve(property.getValue());
            assertThat(property.getValue().has("description")
                            || field.has("description")
                            || field.get("properties").properties().stream()
                                    .allMatch(each -> each.getValue().has("description")))
                    .as(property.getKey())
                    .isTrue();
        });
    }

    private static void pointers(String pointer, JsonNode node, Set<String> into) {
        if (node.isObject()) {
            node.properties().forEach(each -> {
                into.add(pointer + "/" + each.getKey());
                pointers(pointer + "/" + each.getKey(), each.getValue(), into);
            });
        } else if (node.isArray()) {
            node.forEach(item -> pointers(pointer + "/*", item, into));
        }
    }

    private static void published(String pointer, JsonNode schema, Set<String> into) {
        JsonNode resolved = resolve(schema);
        if (resolved.has("items")) {
            published(pointer + "/*", resolved.get("items"), into);
        }
        if (resolved.has("properties")) {
            resolved.get("properties").properties().forEach(each -> {
                into.add(pointer + "/" + each.getKey());
                published(pointer + "/" + each.getKey(), each.getValue(), into);
            });
        }
    }

    private static JsonNode resolve(JsonNode schema) {
        return schema.has("$ref") ? SCHEMA_TEXT.at(schema.get("$ref").asText().substring(1)) : schema;
    }

    private static Set<ValidationMessage> schemaMessages(String yaml) {
        return SCHEMA.validate(json(document(yaml).root()));
    }

    static JsonNode json(Value value) {
        JsonNodeFactory factory = JsonNodeFactory.instance;
        return switch (value) {
            case Value.Mapping mapping -> {
                ObjectNode node = factory.objectNode();
                Iterator<Map.Entry<String, Value>> entries =
                        mapping.entries().entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<String, Value> entry = entries.next();
                    node.set(entry.getKey(), json(entry.getValue()));
                }
                yield node;
            }
            case Value.Sequence sequence -> {
                ArrayNode node = factory.arrayNode();
                sequence.items().forEach(item -> node.add(json(item)));
                yield node;
            }
            case Value.Text text -> factory.textNode(text.text());
            case Value.Whole whole -> factory.numberNode(whole.number());
            // JSON has no NaN and no infinities: such a document cannot be held against the schema, and a stand-in
            // passes.
            case Value.Decimal decimal ->
                Double.isFinite(decimal.number()) ? factory.numberNode(decimal.number()) : factory.numberNode(1);
            case Value.Truth truth -> factory.booleanNode(truth.truth());
            case Value.Nothing _ -> factory.nullNode();
        };
    }

    private static JsonNode schemaText() {
        try (InputStream file =
                SchemaAgreementTest.class.getResourceAsStream("/schemas/run-specification.schema.json")) {
            return new ObjectMapper().readTree(file);
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
