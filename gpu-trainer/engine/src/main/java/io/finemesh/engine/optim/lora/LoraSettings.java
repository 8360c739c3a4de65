package io.finemesh.engine.optim.lora;

import io.finemesh.checkpoint.model.Problem;
import io.finemesh.engine.optim.InvalidMethodException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Settings of LoRA (arXiv 2106.09685). Names in parentheses are those of LLaMA-Factory.
 *
 * @param rank of the adapters ({@code lora_rank})
 * @param alpha by which, divided by the rank, an adapter's output is multiplied ({@code lora_alpha})
 * @param targets names of linear modules in decoder layers, such as {@code q_proj}, or {@value #ALL} ({@code lora_target})
 * @param dropout of an adapter's input ({@code lora_dropout}), from 0 to below 1, to the nearest 65536th
 */
public record LoraSettings(int rank, double alpha, Set<String> targets, double dropout) {
    /** Every linear module of a layer. */
    public static final String ALL = "all";

    public LoraSettings {
        targets = Set.copyOf(targets);
        List<Problem> problems = new ArrayList<>();
        if (rank < 1) {
            problems.add(new Problem("lora_rank", Integer.toString(rank), "1 or more"));
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            problems.add(new Problem("lora_alpha", Double.toString(alpha), "positive and finite"));
        }
        if (targets.isEmpty()) {
            problems.add(new Problem("lora_target", "nothing", "module names such as q_proj, or all"));
        }
        if (!(dropout >= 0 && dropout < 1)) {
            problems.add(new Problem("lora_dropout", Double.toString(dropout), "0 or more and below 1"));
        }
        InvalidMethodException.throwIfAny("LoRA", problems);
    }

    /** Without dropout. */
    public LoraSettings(int rank, double alpha, Set<String> targets) {
        this(rank, alpha, targets, 0);
    }

    /** Factor of an adapter's output. */
    public double scaling() {
        return alpha / rank;
    }

    /** Whether a module is adapted. */
    boolean adapts(String module) {
        return targets.contains(ALL) || targets.contains(module);
    }

    /** Targets in alphabetical order. */
    Set<String> sortedTargets() {
        return new TreeSet<>(targets);
    }
}
