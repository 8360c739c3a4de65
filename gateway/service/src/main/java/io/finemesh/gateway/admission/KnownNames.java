package io.finemesh.gateway.admission;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each field of a run specification stands, so that a field in the wrong section, or under the name another tool gives it, is
 * answered with its place.
 */
final class KnownNames {
    /** Section of each field; the empty section is the top. */
    private static final Map<String, String> SECTIONS = new LinkedHashMap<>();

    /** Names that LLaMA-Factory, the transformers trainer or BAdam give to what is asked under another name here. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("model_name_or_path", "model"),
            Map.entry("model_name", "model"),
            Map.entry("dataset_name", "dataset"),
            Map.entry("data", "dataset"),
            Map.entry("eval_dataset", "evaluation.dataset"),
            Map.entry("output_dir", "output_name"),
            Map.entry("run_name", "name"),
            Map.entry("finetuning_type", "method.finetuning"),
            Map.entry("use_badam", "method.finetuning"),
            Map.entry("optim", "method.finetuning"),
            Map.entry("switch_mode", "method.badam_switch_mode"),
            Map.entry("switch_block_every", "method.badam_switch_interval"),
            Map.entry("switch_interval", "method.badam_switch_interval"),
            Map.entry("start_block", "method.badam_start_block"),
            Map.entry("include_embedding", "method.badam_include_embedding"),
            Map.entry("include_lm_head", "method.badam_include_head"),
            Map.entry("active_modules", "method.badam_active_modules"),
            Map.entry("block_prefix_list", "method.badam_blocks"),
            Map.entry("use_galore", "method.finetuning"),
            Map.entry("rank", "method.galore_rank"),
            Map.entry("update_proj_gap", "method.galore_update_interval"),
            Map.entry("proj_type", "method.galore_proj_type"),
            Map.entry("lr", "optimizer.learning_rate"),
            Map.entry("scheduler", "optimizer.lr_scheduler_type"),
            Map.entry("lr_scheduler", "optimizer.lr_scheduler_type"),
            Map.entry("betas", "optimizer.adam_beta1"),
            Map.entry("beta1", "optimizer.adam_beta1"),
            Map.entry("beta2", "optimizer.adam_beta2"),
            Map.entry("eps", "optimizer.adam_epsilon"),
            Map.entry("epsilon", "optimizer.adam_epsilon"),
            Map.entry("clip_grad", "optimizer.max_grad_norm"),
            Map.entry("batch_size", "batch.per_device_train_batch_size"),
            Map.entry("train_batch_size", "batch.per_device_train_batch_size"),
            Map.entry("max_seq_length", "batch.cutoff_len"),
            Map.entry("cutoff_length", "batch.cutoff_len"),
            Map.entry("epochs", "duration.num_train_epochs"),
            Map.entry("num_epochs", "duration.num_train_epochs"),
            Map.entry("steps", "duration.max_steps"),
            Map.entry("save_interval", "checkpoint.save_steps"),
            Map.entry("eval", "evaluation"),
            Map.entry("max_samples", "limit"),
            Map.entry("bf16", "precision"),
            Map.entry("pure_bf16", "precision"),
            Map.entry("fp16", "precision"));

    static {
        put("", "name", "model", "dataset", "output_name", "template", "precision", "seed");
        put("", "method", "optimizer", "batch", "duration", "checkpoint", "evaluation", "resources", "trace");
        put("method", "finetuning", "badam_switch_mode", "badam_switch_interval", "badam_start_block");
        put("method", "badam_include_embedding", "badam_include_head", "badam_reference_compatible");
        put("method", "badam_partition", "badam_blocks", "badam_importance", "badam_include_final_norm");
        put("method", "badam_row_blocks", "badam_active_modules", "badam_frozen", "moments", "rounding");
        put("method", "galore_rank", "galore_update_interval", "galore_scale", "galore_proj_type", "galore_refresh");
        put("method", "galore_staggered", "galore_moment_transport", "galore_rewarm_steps", "galore_basis");
        put("method", "galore_residual");
        put("optimizer", "learning_rate", "lr_scheduler_type", "warmup_steps", "warmup_ratio", "final_fraction");
        put("optimizer", "adam_beta1", "adam_beta2", "adam_epsilon", "weight_decay", "max_grad_norm");
        put("batch", "per_device_train_batch_size", "gradient_accumulation_steps", "cutoff_len");
        put("duration", "num_train_epochs", "max_steps");
        put("checkpoint", "save_steps");
        put("evaluation", "tasks", "at_start", "every_segments", "against", "judge");
        put("resources", "memory_limit");
        put("trace", "detail");
    }

    private KnownNames() {}

    private static void put(String section, String... names) {
        for (String name : names) {
            SECTIONS.put(name, section);
        }
    }

    /**
     * What an unknown key was probably meant to be.
     *
     * @param pointer section it stands in
     * @param key the key
     * @param known fields of that section
     */
    static Optional<String> meant(String pointer, String key, List<String> known) {
        String here = Problems.field(pointer);
        String section = pointer.isEmpty() ? "" : here;
        String other = SECTIONS.get(key);
        if (other != null && !other.equals(section)) {
            return Optional.of(full(other, key));
        }
        String elsewhere = ELSEWHERE.get(key);
        if (elsewhere != null) {
            return Optional.of(relative(elsewhere, section));
        }
        Optional<String> near = NearestName.of(key, known);
        if (near.isPresent()) {
            return near;
        }
        return NearestName.of(key, SECTIONS.keySet()).map(name -> full(SECTIONS.get(name), name));
    }

    private static String full(String section, String name) {
        return section.isEmpty() ? name : section + "." + name;
    }

    private static String relative(String name, String section) {
        return !section.isEmpty() && name.startsWith(section + ".") ? name.substring(section.length() + 1) : name;
    }
}
