package io.finemesh.gateway.admission;

import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.LearningRateShape;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.PartitionSpecification;
import io.finemesh.contract.run.ProjectionSpecification;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.TaskSpecification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a specification as users write it, with every default spelled out. Reading the result gives the same specification. */
public final class SpecificationForm {
    private SpecificationForm() {}

    /** Nested fields in the order of the documentation; values are text, numbers, booleans, maps and lists. */
    public static Map<String, Object> of(RunSpecification specification) {
        Map<String, Object> top = new LinkedHashMap<>();
        top.put("name", specification.name());
        top.put("model", specification.model());
        top.put("dataset", specification.dataset());
        specification.outputName().ifPresent(name -> top.put("output_name", name));
        top.put("template", word(specification.template()));
        top.put("precision", word(specification.precision()));
        top.put("seed", specification.seed());
        top.put("method", method(specification.method()));
        top.put("optimizer", optimizer(specification.optimizer()));
        Map<String, Object> batch = new LinkedHashMap<>();
        int accumulation = specification.batch().gradientAccumulationSteps();
        batch.put("per_device_train_batch_size", specification.batch().samplesPerStep() / accumulation);
        batch.put("gradient_accumulation_steps", accumulation);
        batch.put("cutoff_len", specification.batch().cutoffTokens());
        specification.batch().longSamples().ifPresent(rule -> batch.put("long_samples", word(rule)));
        top.put("batch", batch);
        Map<String, Object> duration = new LinkedHashMap<>();
        specification.epochs().ifPresent(epochs -> duration.put("num_train_epochs", epochs));
        specification.maxSteps().ifPresent(steps -> duration.put("max_steps", steps));
        top.put("duration", duration);
        if (!specification.method().blockwise()) {
            top.put("checkpoint", Map.of("save_steps", specification.checkpointSteps()));
        }
        if (!specification.evaluation().tasks().isEmpty()) {
            top.put("evaluation", evaluation(specification.evaluation()));
        }
        specification.memoryLimitBytes().ifPresent(bytes -> top.put("resources", Map.of("memory_limit", bytes)));
        top.put("trace", Map.of("detail", word(specification.trace())));
        return top;
    }

    private static Map<String, Object> method(MethodSpecification specification) {
        Map<String, Object> method = new LinkedHashMap<>();
        method.put("finetuning", word(specification.method()));
        if (specification.method() == Method.BADAM) {
            method.put("badam_switch_mode", word(specification.blockOrder()));
            method.put(
                    "badam_switch_interval",
                    specification.switchInterval() == Defaults.SWITCH_INTERVAL_AUTO
                            ? "auto"
                            : specification.switchInterval());
            specification.startBlock().ifPresent(block -> method.put("badam_start_block", block));
            method.put("badam_include_embedding", specification.includeEmbedding());
            method.put("badam_include_head", specification.includeHead());
            method.put("badam_reference_compatible", specification.referenceCompatible());
            specification.partition().ifPresent(partition -> partition(partition, method));
            specification.frozen().ifPresent(form -> method.put("badam_frozen", word(form)));
        }
        specification.projection().ifPresent(projection -> projection(projection, method));
        specification.adapter().ifPresent(adapter -> {
            method.put("lora_rank", adapter.rank());
            method.put("lora_alpha", adapter.alpha());
            method.put("lora_dropout", adapter.dropout().orElse(0));
            method.put("lora_target", String.join(",", adapter.targets()));
        });
        specification.moments().ifPresent(moments -> method.put("moments", word(moments)));
        specification.rounding().ifPresent(rounding -> method.put("rounding", word(rounding)));
        return method;
    }

    private static void partition(PartitionSpecification partition, Map<String, Object> method) {
        switch (partition.cut()) {
            case LAYER, HALF, MATRIX -> method.put("badam_partition", word(partition.cut()));
            case CUSTOM -> method.put("badam_blocks", partition.blocks());
        }
        method.put("badam_include_final_norm", partition.includeFinalNorm());
        partition
                .rowBlockParameters()
                .ifPresent(parameters -> method.put("badam_row_blocks", parameters == 0 ? "auto" : parameters));
        if (!partition.alwaysActive().isEmpty()) {
            method.put("badam_active_modules", partition.alwaysActive());
        }
        if (!partition.importance().isEmpty()) {
            method.put("badam_importance", partition.importance());
        }
    }

    private static void projection(ProjectionSpecification projection, Map<String, Object> method) {
        method.put("galore_rank", projection.rank());
        method.put("galore_update_interval", projection.refreshInterval());
        method.put("galore_scale", projection.scale());
        method.put("galore_proj_type", word(projection.side()));
        method.put("galore_refresh", word(projection.refresh()));
        method.put("galore_staggered", projection.staggered());
        method.put("galore_moment_transport", word(projection.transport()));
        method.put("galore_rewarm_steps", projection.rewarmSteps());
        method.put("galore_basis", word(projection.basis()));
        method.put("galore_residual", projection.residual());
        method.put("galore_adaptive", projection.adaptive().isPresent());
    }

    private static Map<String, Object> optimizer(OptimizerSpecification specification) {
        Map<String, Object> optimizer = new LinkedHashMap<>();
        optimizer.put("learning_rate", specification.learningRate());
        optimizer.put("lr_scheduler_type", word(specification.shape()));
        optimizer.put("warmup_steps", specification.warmupSteps());
        if (specification.shape() != LearningRateShape.CONSTANT) {
            optimizer.put("final_fraction", specification.finalFraction());
        }
        optimizer.put("adam_beta1", specification.beta1());
        optimizer.put("adam_beta2", specification.beta2());
        optimizer.put("adam_epsilon", specification.epsilon());
        optimizer.put("weight_decay", specification.weightDecay());
        optimizer.put("max_grad_norm", specification.maxGradientNorm());
        return optimizer;
    }

    private static Map<String, Object> evaluation(EvaluationSpecification specification) {
        Map<String, Object> evaluation = new LinkedHashMap<>();
        specification.dataset().ifPresent(dataset -> evaluation.put("dataset", dataset));
        List<Map<String, Object>> tasks = new ArrayList<>();
        for (TaskSpecification given : specification.tasks()) {
            Map<String, Object> task = new LinkedHashMap<>();
            task.put("task", word(given.task()));
            if (given.task() != EvaluationTask.UPDATE_REPORT) {
                task.put("limit", given.limit());
            }
            if (given.maxNewTokens() > 0) {
                task.put("max_new_tokens", given.maxNewTokens());
            }
            given.options().ifPresent(options -> {
                options.dataset().ifPresent(dataset -> task.put("dataset", dataset));
                options.examples().ifPresent(examples -> task.put("examples", examples));
                options.subject().ifPresent(subject -> task.put("subject", subject));
                options.shots().ifPresent(shots -> task.put("shots", shots));
                if (options.chat()) {
                    task.put("chat", true);
                }
                options.definition().ifPresent(definition -> task.put("definition", definition));
            });
            tasks.add(task);
        }
        evaluation.put("tasks", tasks);
        specification.against().ifPresent(against -> evaluation.put("against", against));
        specification.judge().ifPresent(judge -> evaluation.put("judge", judge(judge)));
        evaluation.put("at_start", specification.atStart());
        evaluation.put("every_segments", specification.everySegments());
        return evaluation;
    }

    private static Map<String, Object> judge(JudgeSpecification specification) {
        Map<String, Object> judge = new LinkedHashMap<>();
        specification.checkpoint().ifPresent(checkpoint -> judge.put("checkpoint", checkpoint));
        specification.url().ifPresent(url -> judge.put("url", url));
        specification.model().ifPresent(model -> judge.put("model", model));
        specification.secret().ifPresent(secret -> judge.put("secret", secret));
        specification.judgments().ifPresent(judgments -> judge.put("judgments", judgments));
        judge.put("prompts", specification.prompts());
        specification.references().ifPresent(references -> judge.put("references", references));
        specification.budget().ifPresent(bounds -> {
            Map<String, Object> budget = new LinkedHashMap<>();
            bounds.requests().ifPresent(requests -> budget.put("requests", requests));
            bounds.tokens().ifPresent(tokens -> budget.put("tokens", tokens));
            judge.put("budget", budget);
        });
        return judge;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
