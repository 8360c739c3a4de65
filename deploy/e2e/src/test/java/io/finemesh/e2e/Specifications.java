package io.finemesh.e2e;

/** Run specifications as a user writes them. */
final class Specifications {
    private Specifications() {}

    /**
     * BAdam over the four layers in ascending order, six steps a visit.
     *
     * @param model name or checkpoint to start from
     * @param steps optimizer steps
     * @param evaluated whether the start and the end are scored
     */
    static String badam(String model, int steps, boolean evaluated) {
        return """
                name: e2e-badam
                model: %s
                dataset: e2e-sums
                template: plain
                seed: 5
                method:
                  finetuning: badam
                  badam_switch_mode: ascending
                  badam_switch_interval: 6
                optimizer:
                  learning_rate: 2.0e-3
                  lr_scheduler_type: constant
                batch:
                  per_device_train_batch_size: 16
                  cutoff_len: 64
                duration:
                  max_steps: %d
                trace:
                  detail: per_step
                %s""".formatted(model, steps, evaluated ? EVALUATION : "");
    }

    /** AdamW over all parameters, a checkpoint every eight steps. */
    static String adamw(String model, int steps) {
        return """
                name: e2e-adamw
                model: %s
                dataset: e2e-sums
                template: plain
                seed: 6
                method:
                  finetuning: adamw
                optimizer:
                  learning_rate: 1.0e-3
                  lr_scheduler_type: cosine
                  warmup_steps: 2
                batch:
                  per_device_train_batch_size: 8
                  gradient_accumulation_steps: 2
                  cutoff_len: 64
                duration:
                  max_steps: %d
                checkpoint:
                  save_steps: 8
                """.formatted(model, steps);
    }

    /** GaLore over all parameters: a refresh every four updates, a checkpoint every six. */
    static String galore(String model, int steps) {
        return """
                name: e2e-galore
                model: %s
                dataset: e2e-sums
                template: plain
                seed: 7
                method:
                  finetuning: galore
                  galore_rank: 4
                  galore_update_interval: 4
                  galore_refresh: randomised
                  galore_staggered: true
                  galore_moment_transport: rotated
                  moments: adamw_8bit
                optimizer:
                  learning_rate: 2.0e-3
                  lr_scheduler_type: constant
                batch:
                  per_device_train_batch_size: 8
                  gradient_accumulation_steps: 2
                  cutoff_len: 64
                duration:
                  max_steps: %d
                checkpoint:
                  save_steps: 6
                """.formatted(model, steps);
    }

    private static final String EVALUATION = """
            evaluation:
              dataset: e2e-held-out
              tasks:
                - task: held_out_loss
                - task: exact_match
                  limit: 10
                  max_new_tokens: 12
              at_start: true
            """;
}
