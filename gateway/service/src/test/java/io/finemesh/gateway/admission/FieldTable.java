package io.finemesh.gateway.admission;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Values of single fields, good and bad. Each is put into an otherwise right specification, with what it needs beside it. The reader and
 * the published schema must both agree with the table.
 */
final class FieldTable {
    /**
     * One value of one field.
     *
     * @param pointer where it stands
     * @param yaml the value as written
     * @param good whether it is allowed
     * @param expressible whether JSON Schema can tell
     */
    record Row(String pointer, String yaml, boolean good, boolean expressible) {
        @Override
        public String toString() {
            return pointer + " = " + yaml + (good ? " is allowed" : " is refused");
        }

        /** A task that may have the field. */
        private static String taskOf(String field) {
            return switch (field) {
                case "task" -> "";
                case "shots", "chat", "examples" -> "task: gsm8k, ";
                case "definition" -> "task: own, ";
                case "subject" -> "task: superglue, ";
                default -> "task: exact_match, ";
            };
        }

        /** The whole specification with this value in it. */
        String specification() {
            Map<String, String> sections = new LinkedHashMap<>();
            sections.put("model", "m");
            sections.put("dataset", "d");
            sections.put("duration", "{max_steps: 1000000}");
            String[] path = pointer.substring(1).split("/");
            if (path.length == 1) {
                sections.put(path[0], yaml);
            } else if (pointer.startsWith("/evaluation/tasks/0/")) {
                sections.put("evaluation", "{dataset: e, tasks: [{" + taskOf(path[3]) + path[3] + ": " + yaml + "}]}");
            } else if (pointer.startsWith("/evaluation/judge/")) {
                String least =
                        switch (path[2]) {
                            case "checkpoint" -> "prompts: p";
                            case "judgments" -> "prompts: p, model: m";
                            default -> "prompts: p, url: 'http://h/v1', model: m";
                        };
                String others =
                        least.replaceAll("(^|, )" + path[2] + ": [^,]*", "").replaceFirst("^, ", "");
                sections.put(
                        "evaluation",
                        "{dataset: e, tasks: [{task: mt_bench}], judge: {" + others + (others.isEmpty() ? "" : ", ")
                                + path[2] + ": "
                                + (path.length == 4 ? "{" + path[3] + ": " + yaml + "}" : yaml) + "}}");
            } else if (pointer.startsWith("/evaluation/")) {
                Map<String, String> evaluation = new LinkedHashMap<>();
                evaluation.put("dataset", "e");
                evaluation.put(
                        "tasks",
                        switch (path[1]) {
                            case "against" -> "[{task: update_report}]";
                            case "judge" -> "[{task: mt_bench}]";
                            default -> "[{task: held_out_loss}]";
                        });
                evaluation.put(path[1], yaml);
                sections.put("evaluation", flow(evaluation));
            } else {
                sections.put(path[0], "{" + path[1] + ": " + yaml + "}");
            }
            if (pointer.startsWith("/method/galore_") || pointer.equals("/method/moments")) {
                sections.put("method", "{finetuning: galore, " + path[1] + ": " + yaml + "}");
            } else if (pointer.startsWith("/method/lora_")) {
                sections.put("method", "{finetuning: lora, " + path[1] + ": " + yaml + "}");
            } else if (pointer.equals("/method/rounding")) {
                sections.put("method", "{finetuning: adamw, rounding: " + yaml + "}");
            } else if (pointer.equals("/method/badam_importance")) {
                sections.put("method", "{badam_switch_mode: importance, badam_importance: " + yaml + "}");
            }
            if (path[0].equals("checkpoint")) {
                sections.put("method", "{finetuning: adamw}");
            }
            StringBuilder document = new StringBuilder();
            sections.forEach((key, value) ->
                    document.append(key).append(": ").append(value).append('\n'));
            return document.toString();
        }

        private static String flow(Map<String, String> fields) {
            List<String> parts = new ArrayList<>();
            fields.forEach((key, value) -> parts.add(key + ": " + value));
            return "{" + String.join(", ", parts) + "}";
        }
    }

    private FieldTable() {}

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        good(rows, "/name", "a run", "x", "'with ünïcode ✓'", "'42'");
        bad(rows, "/name", "''", "'   '", "42", "true", "[a]", "~", "\"a\\nb\"", "'" + "x".repeat(129) + "'");
        good(rows, "/model", "m", "tiny-llama_2.0", "ck-0f3a9c41d27be865a1c00f3a9c41d27b", "x".repeat(64));
        bad(rows, "/model", "''", "-m", "a/b", "'a b'", "42", "x".repeat(65), "{name: m}", "~", "../m");
        good(rows, "/dataset", "d", "d@1", "d@99999999", "a.b-c_d");
        bad(rows, "/dataset", "d@0", "d@", "d@x", "'@1'", "d@1@2", "d@100000000", "a/b", "1");
        good(rows, "/output_name", "m2", "ck-short");
        bad(rows, "/output_name", "ck-0f3a9c41d27be865a1c00f3a9c41d27b", "CK-0F3A9C41D27BE865A1C00F3A9C41D27B", "a@1");
        good(rows, "/template", "plain", "alpaca", "chatml", "chat");
        bad(rows, "/template", "llama3", "PLAIN", "1", "''", "[plain]");
        good(rows, "/precision", "fp32", "bf16");
        bad(rows, "/precision", "fp16", "32", "true");
        good(rows, "/seed", "0", "42", "9007199254740991", "3.0", "0x10");
        bad(rows, "/seed", "-1", "9007199254740992", "1.5", "'1'", "true", "1e30", "~");
        beyond(rows, "/seed", ".nan", ".inf");
        good(rows, "/method/finetuning", "adamw", "badam", "galore", "lomo", "adalomo", "lora");
        bad(rows, "/method/finetuning", "qlora", "Adamw", "true");
        good(rows, "/method/galore_adaptive", "true", "false");
        bad(rows, "/method/galore_adaptive", "1", "'yes'");
        good(rows, "/method/lora_rank", "1", "8", "1048576");
        bad(rows, "/method/lora_rank", "0", "-1", "1.5", "eight");
        good(rows, "/method/lora_alpha", "1", "16", "0.5");
        bad(rows, "/method/lora_alpha", "0", "-1", "10000001", "x");
        good(rows, "/method/lora_dropout", "0", "0.05", "0.9");
        bad(rows, "/method/lora_dropout", "1", "-0.1", "x", "true");
        good(rows, "/method/lora_target", "all", "q_proj", "'q_proj,v_proj'");
        bad(rows, "/method/lora_target", "''", "'q_proj, v_proj'", "Q_PROJ", "[q_proj]", "3");
        good(rows, "/method/badam_switch_mode", "random", "ascending", "descending", "fixed");
        bad(rows, "/method/badam_switch_mode", "sideways", "0", "[random]");
        good(rows, "/method/badam_switch_interval", "1", "50", "1000000", "auto");
        bad(rows, "/method/badam_switch_interval", "0", "-5", "1000001", "2.5", "Auto", "'50'", "true");
        good(rows, "/method/badam_start_block", "0", "31");
        bad(rows, "/method/badam_start_block", "-1", "first", "0.5");
        good(rows, "/method/badam_partition", "layer", "half", "matrix");
        bad(rows, "/method/badam_partition", "custom", "LAYER", "2");
        good(rows, "/method/badam_blocks", "[[layer.0]]", "[[layer.0-3.attention, 'embedding[0:10]'], [final]]");
        bad(rows, "/method/badam_blocks", "[]", "[[]]", "[layer.0]", "layer.0", "[[1]]", "[['']]", "~");
        good(rows, "/method/badam_importance", "[1]", "[0.5, 2, 1e9]");
        bad(rows, "/method/badam_importance", "[]", "[0]", "[-1]", "['1']", "1", "[2e9]");
        good(rows, "/method/badam_row_blocks", "1", "218112000", "auto");
        bad(rows, "/method/badam_row_blocks", "0", "-1", "1.5", "Auto", "true");
        good(rows, "/method/badam_active_modules", "[final]", "[head, layer.0.query]");
        bad(rows, "/method/badam_active_modules", "[]", "final", "[1]", "~");
        good(rows, "/method/badam_frozen", "stored", "int8");
        bad(rows, "/method/badam_frozen", "int4", "8", "true", "INT8");
        good(rows, "/method/galore_rank", "1", "128", "1048576");
        bad(rows, "/method/galore_rank", "0", "1048577", "1.5", "'4'");
        good(rows, "/method/galore_update_interval", "1", "200");
        bad(rows, "/method/galore_update_interval", "0", "-1");
        good(rows, "/method/galore_scale", "0.25", "4");
        bad(rows, "/method/galore_scale", "0", "-1", "1000001");
        good(rows, "/method/galore_proj_type", "std", "reverse_std", "left", "right", "full");
        bad(rows, "/method/galore_proj_type", "both", "STD");
        good(rows, "/method/galore_refresh", "exact", "randomised");
        bad(rows, "/method/galore_refresh", "svd", "true");
        good(rows, "/method/galore_moment_transport", "kept", "rotated", "reset");
        bad(rows, "/method/galore_moment_transport", "dropped", "0");
        good(rows, "/method/galore_rewarm_steps", "0", "10");
        bad(rows, "/method/galore_rewarm_steps", "-1", "0.5");
        good(rows, "/method/galore_basis", "fp32", "bf16");
        bad(rows, "/method/galore_basis", "fp8", "32");
        good(rows, "/method/moments", "adamw", "adamw_8bit", "adafactor");
        bad(rows, "/method/moments", "adam", "8", "true");
        good(rows, "/method/rounding", "master", "stochastic", "kahan");
        bad(rows, "/method/rounding", "nearest", "0");
        for (String flag : List.of("galore_staggered", "galore_residual")) {
            good(rows, "/method/" + flag, "true", "false");
            bad(rows, "/method/" + flag, "yes", "1", "~");
        }
        for (String flag : List.of(
                "badam_include_embedding",
                "badam_include_final_norm",
                "badam_include_head",
                "badam_reference_compatible")) {
            good(rows, "/method/" + flag, "true", "false");
            bad(rows, "/method/" + flag, "yes", "1", "'true'", "~");
        }
        good(rows, "/optimizer/learning_rate", "1e-6", "5.0e-5", "1", "0.003");
        bad(rows, "/optimizer/learning_rate", "0", "-1e-5", "1.5", "'1e-5'", "fast", "[1e-5]");
        beyond(rows, "/optimizer/learning_rate", ".nan", ".inf", "-.inf", "1e400");
        good(rows, "/optimizer/lr_scheduler_type", "constant", "linear", "cosine");
        bad(rows, "/optimizer/lr_scheduler_type", "cosin", "polynomial", "1");
        good(rows, "/optimizer/warmup_steps", "0", "100", "1000000");
        bad(rows, "/optimizer/warmup_steps", "-1", "0.5", "1000000001");
        beyond(rows, "/optimizer/warmup_steps", "1000001");
        good(rows, "/optimizer/warmup_ratio", "0", "0.03", "1");
        bad(rows, "/optimizer/warmup_ratio", "-0.1", "1.1", "'3%'");
        good(rows, "/optimizer/final_fraction", "0", "0.1", "1");
        bad(rows, "/optimizer/final_fraction", "-0.1", "2");
        for (String beta : List.of("adam_beta1", "adam_beta2")) {
            good(rows, "/optimizer/" + beta, "0", "0.9", "0.9999");
            bad(rows, "/optimizer/" + beta, "1", "-0.1", "1.5", "high");
        }
        good(rows, "/optimizer/adam_epsilon", "1e-8", "1");
        bad(rows, "/optimizer/adam_epsilon", "0", "-1e-8");
        good(rows, "/optimizer/weight_decay", "0", "0.1", "1");
        bad(rows, "/optimizer/weight_decay", "-0.1", "1.5");
        good(rows, "/optimizer/max_grad_norm", "0", "1", "1.5", "1000000");
        bad(rows, "/optimizer/max_grad_norm", "-1", "1000001");
        for (String size : List.of("per_device_train_batch_size", "gradient_accumulation_steps")) {
            good(rows, "/batch/" + size, "1", "8", "32768");
            bad(rows, "/batch/" + size, "0", "-1", "32769", "1.5", "'8'");
        }
        good(rows, "/batch/cutoff_len", "2", "2048", "1048576");
        bad(rows, "/batch/cutoff_len", "1", "0", "1048577");
        good(rows, "/batch/long_samples", "truncate", "share", "drop");
        bad(rows, "/batch/long_samples", "cut", "true", "''");
        good(rows, "/duration/num_train_epochs", "3", "0.5", "10000");
        bad(rows, "/duration/num_train_epochs", "0", "-1", "10001", "three");
        good(rows, "/duration/max_steps", "1", "1000000000");
        bad(rows, "/duration/max_steps", "0", "-3", "1.5", "1000000001");
        bad(rows, "/duration", "{}", "100", "~", "[max_steps]");
        good(rows, "/checkpoint/save_steps", "1", "500");
        bad(rows, "/checkpoint/save_steps", "0", "-1", "often");
        good(rows, "/evaluation/dataset", "e", "e@2");
        bad(rows, "/evaluation/dataset", "''", "3", "~");
        bad(rows, "/evaluation/tasks", "[]", "{}", "held_out_loss", "~");
        good(rows, "/evaluation/at_start", "true", "false");
        bad(rows, "/evaluation/at_start", "1", "'no'");
        good(rows, "/evaluation/every_segments", "0", "4");
        bad(rows, "/evaluation/every_segments", "-1", "1.5");
        good(rows, "/evaluation/against", "m", "m@champion", "ck-0f3a9c41d27be865a1c00f3a9c41d27b");
        bad(rows, "/evaluation/against", "''", "m@", "m@Champion", "7", "~");
        bad(rows, "/evaluation/judge", "c", "[]", "1", "true");
        good(rows, "/evaluation/judge", "{checkpoint: c, prompts: p}", "{url: 'http://h', model: m, prompts: p}");
        good(rows, "/evaluation/judge/checkpoint", "m", "m@champion");
        bad(rows, "/evaluation/judge/checkpoint", "''", "m@@x", "1", "~");
        good(rows, "/evaluation/judge/url", "'http://127.0.0.1:8000/v1'", "'https://host/v1'");
        bad(rows, "/evaluation/judge/url", "host", "'ftp://host'", "'http://a b'", "1", "~");
        bad(rows, "/evaluation/judge/url", "'http://me:key@host/v1'", "'http://host/v1?key=k'", "'http://host/v1#a'");
        good(rows, "/evaluation/judge/model", "gpt-4", "'a/b c'");
        bad(rows, "/evaluation/judge/model", "''", "'  '", "4", "~", "'" + "x".repeat(201) + "'");
        good(rows, "/evaluation/judge/secret", "openai", "a.b-c_d");
        bad(rows, "/evaluation/judge/secret", "''", "'sk ey'", "1", "~");
        good(rows, "/evaluation/judge", "{judgments: j, model: gpt-4, prompts: p}");
        good(rows, "/evaluation/judge/judgments", "j", "j@2");
        bad(rows, "/evaluation/judge/judgments", "''", "d@0", "1", "~");
        for (String data : List.of("prompts", "references")) {
            good(rows, "/evaluation/judge/" + data, "d", "d@3");
            bad(rows, "/evaluation/judge/" + data, "''", "d@0", "1", "~");
        }
        good(rows, "/evaluation/judge/budget", "{requests: 1}", "{tokens: 1000000000000}", "{requests: 7, tokens: 8}");
        bad(rows, "/evaluation/judge/budget", "7", "[]", "none");
        for (String bound : List.of("requests", "tokens")) {
            good(rows, "/evaluation/judge/budget/" + bound, "1", "1000000000000");
            bad(rows, "/evaluation/judge/budget/" + bound, "0", "-1", "1.5", "'9'", "~", "1000000000001");
        }
        good(rows, "/evaluation/tasks/0/task", "held_out_loss", "exact_match", "gsm8k", "aqua", "svamp");
        good(rows, "/evaluation/tasks/0/task", "update_report");
        bad(rows, "/evaluation/tasks/0/task", "gsm9k", "1", "~");
        good(rows, "/evaluation/tasks/0/dataset", "d", "d@2", "d:held-out");
        bad(rows, "/evaluation/tasks/0/dataset", "''", "d@0", "1", "~");
        good(rows, "/evaluation/tasks/0/examples", "d", "d@2");
        bad(rows, "/evaluation/tasks/0/examples", "''", "d:held-out", "1", "~");
        good(rows, "/evaluation/tasks/0/subject", "boolq", "cb", "multirc", "record", "wic", "wsc");
        bad(rows, "/evaluation/tasks/0/subject", "mnli", "BoolQ", "1", "~");
        good(rows, "/evaluation/tasks/0/shots", "0", "64");
        bad(rows, "/evaluation/tasks/0/shots", "65", "-1", "few");
        good(rows, "/evaluation/tasks/0/chat", "true", "false");
        bad(rows, "/evaluation/tasks/0/chat", "yes please", "1");
        good(rows, "/evaluation/tasks/0/definition", "'task: mine'");
        bad(rows, "/evaluation/tasks/0/definition", "''", "7");
        good(rows, "/evaluation/tasks/0/limit", "0", "200");
        bad(rows, "/evaluation/tasks/0/limit", "-1", "all");
        good(rows, "/evaluation/tasks/0/max_new_tokens", "1", "256");
        bad(rows, "/evaluation/tasks/0/max_new_tokens", "0", "131073");
        good(rows, "/resources/memory_limit", "1", "20000000000", "20GB", "18.5GiB", "512 MiB", "1B");
        bad(rows, "/resources/memory_limit", "0", "-1", "20gb", "GB", "1.5", "'-1GB'", "'20 000'");
        good(rows, "/resources/memory_limit", "20");
        beyond(rows, "/resources/memory_limit", "0GB", "0.5B", "999999999999999TB");
        good(rows, "/trace/detail", "off", "segment", "per_step");
        bad(rows, "/trace/detail", "false", "all", "0");
        for (String section : List.of("method", "optimizer", "batch", "checkpoint", "resources", "trace")) {
            good(rows, "/" + section, "{}");
            bad(rows, "/" + section, "[]", "text", "1", "~");
        }
        bad(rows, "/evaluation", "[]", "~", "true");
        return rows.stream();
    }

    private static void good(List<Row> rows, String pointer, String... values) {
        for (String value : values) {
            rows.add(new Row(pointer, value, true, true));
        }
    }

    private static void bad(List<Row> rows, String pointer, String... values) {
        for (String value : values) {
            rows.add(new Row(pointer, value, false, true));
        }
    }

    /** Refused by the reader, but not by anything JSON Schema can say. */
    private static void beyond(List<Row> rows, String pointer, String... values) {
        for (String value : values) {
            rows.add(new Row(pointer, value, false, false));
        }
    }
}
