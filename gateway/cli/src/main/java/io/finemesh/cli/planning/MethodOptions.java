package io.finemesh.cli.planning;

import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.blocks.Partitioning;
import io.finemesh.plan.memory.FloatFormat;
import io.finemesh.plan.memory.InnerOptimizer;
import io.finemesh.plan.memory.MethodShape;
import io.finemesh.plan.memory.Projection;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Option;

/** Options that say which method, as written; read all at once, so that every mistake is said. */
public final class MethodOptions {
    private enum Method {
        ADAMW,
        BADAM,
        GALORE,
        LORA,
        LOMO,
        ADALOMO
    }

    private enum Partition {
        LAYER,
        HALF,
        MATRIX
    }

    private static final int MOST_RANK = 1 << 20;
    private static final int USUAL_RANK = 128;
    private static final int USUAL_LORA_RANK = 8;

    @Option(names = "--method", description = "badam (default), adamw, galore, lora, lomo or adalomo")
    private String method;

    @Option(
            names = "--optimizer",
            description = "adamw (default), adamw-8bit or adafactor: what updates inside the method")
    private String optimizer;

    @Option(
            names = "--partition",
            description = "badam: layer (default), half or matrix: how layers are cut into blocks")
    private String partition;

    @Option(
            names = "--block",
            paramLabel = "SELECTORS",
            description =
                    "badam: a block of your own, such as layer.0-3.attention,embedding[0:4096]; repeat for each block")
    private List<String> blocks = List.of();

    @Option(names = "--include-embedding", description = "badam: the embedding is a block too")
    private boolean includeEmbedding;

    @Option(names = "--include-head", description = "badam: final norm and output head are a block too")
    private boolean includeHead;

    @Option(names = "--include-final-norm", description = "badam: the final norm alone is a block too")
    private boolean includeFinalNorm;

    @Option(
            names = "--row-blocks",
            paramLabel = "PARAMETERS",
            description =
                    "badam: cut embedding and head by rows into blocks of at most so many parameters; 0: as the largest layer")
    private String rowBlocks;

    @Option(
            names = "--always-active",
            paramLabel = "SELECTORS",
            description = "badam: what is trained in every block, such as final,head")
    private String alwaysActive;

    @Option(names = "--frozen-int8", description = "badam: hold the matrices of frozen layers as 8-bit integers")
    private boolean frozenInt8;

    @Option(names = "--rank", description = "galore (default 128), lora (default 8), or galore inside a badam block")
    private String rank;

    @Option(names = "--side", description = "galore: std (default), reverse-std, left, right or full")
    private String side;

    @Option(names = "--basis", description = "galore: fp32 (default) or bf16, the format of the bases")
    private String basis;

    @Option(names = "--residual", description = "galore: use what the projection leaves out too (Fira)")
    private boolean residual;

    @Option(
            names = "--lora-targets",
            paramLabel = "ROLES",
            description = "lora: such as query,value (default: every matrix)")
    private String loraTargets;

    @Option(names = "--lora-dropout", description = "lora: a part of the adapters' inputs is left out in training")
    private boolean loraDropout;

    MethodShape read(OptionReader reader) {
        Method chosen = reader.choice("--method", method, Method.class, Method.BADAM);
        InnerOptimizer inner = optimizer(reader);
        refuseForeign(reader, chosen);
        return switch (chosen) {
            case ADAMW -> {
                if (inner == InnerOptimizer.ADAFACTOR) {
                    reader.add(
                            "--optimizer",
                            "adafactor with --method adamw",
                            "adamw or adamw-8bit; adafactor is for galore");
                }
                yield new MethodShape.AdamW(inner);
            }
            case BADAM ->
                new MethodShape.BAdam(
                        partition(reader),
                        inner,
                        rank == null && side == null ? Optional.empty() : Optional.of(projection(reader)),
                        frozenInt8);
            case GALORE -> new MethodShape.GaLore(projection(reader), inner);
            case LORA ->
                new MethodShape.Lora(
                        reader.whole("--rank", rank, 1, MOST_RANK, USUAL_LORA_RANK), targets(reader), loraDropout);
            case LOMO -> new MethodShape.Lomo();
            case ADALOMO -> new MethodShape.AdaLomo();
        };
    }

    private InnerOptimizer optimizer(OptionReader reader) {
        // The enum's own words have an underscore before the digit only.
        String written = optimizer == null ? null : optimizer.replace("8-bit", "8bit");
        return reader.choice("--optimizer", written, InnerOptimizer.class, InnerOptimizer.ADAMW);
    }

    private void refuseForeign(OptionReader reader, Method chosen) {
        String word = OptionReader.word(chosen);
        if (chosen != Method.BADAM) {
            reader.refuseWith(word, "--partition", partition != null);
            reader.refuseWith(word, "--block", !blocks.isEmpty());
            reader.refuseWith(word, "--include-embedding", includeEmbedding);
            reader.refuseWith(word, "--include-head", includeHead);
            reader.refuseWith(word, "--include-final-norm", includeFinalNorm);
            reader.refuseWith(word, "--row-blocks", rowBlocks != null);
            reader.refuseWith(word, "--always-active", alwaysActive != null);
            reader.refuseWith(word, "--frozen-int8", frozenInt8);
        }
        if (chosen != Method.GALORE && chosen != Method.BADAM) {
            reader.refuseWith(word, "--rank", rank != null && chosen != Method.LORA);
            reader.refuseWith(word, "--side", side != null);
            reader.refuseWith(word, "--basis", basis != null);
            reader.refuseWith(word, "--residual", residual);
        }
        boolean optimizerOfItsOwn =
                switch (chosen) {
                    case ADAMW, BADAM, GALORE -> false;
                    case LORA, LOMO, ADALOMO -> true;
                };
        reader.refuseWith(word, "--optimizer", optimizer != null && optimizerOfItsOwn);
        reader.refuseWith(word, "--lora-targets", loraTargets != null && chosen != Method.LORA);
        reader.refuseWith(word, "--lora-dropout", loraDropout && chosen != Method.LORA);
    }

    private PartitionSettings partition(OptionReader reader) {
        Partition cut = reader.choice("--partition", partition, Partition.class, Partition.LAYER);
        if (partition != null && !blocks.isEmpty()) {
            reader.add("--partition", partition + " beside --block", "one of the two");
        }
        Partitioning layers = blocks.isEmpty()
                ? switch (cut) {
                    case LAYER -> new Partitioning.Layers();
                    case HALF -> new Partitioning.Halves();
                    case MATRIX -> new Partitioning.Matrices();
                }
                : new Partitioning.Custom(
                        blocks.stream().map(MethodOptions::selectors).toList());
        OptionalLong rows = rowBlocks == null
                ? OptionalLong.empty()
                : OptionalLong.of(reader.whole("--row-blocks", rowBlocks, 0, Integer.MAX_VALUE, 0));
        return new PartitionSettings(
                layers,
                includeEmbedding,
                includeFinalNorm,
                includeHead,
                rows,
                alwaysActive == null ? List.of() : selectors(alwaysActive));
    }

    private Projection projection(OptionReader reader) {
        return new Projection(
                reader.whole("--rank", rank, 1, MOST_RANK, USUAL_RANK),
                reader.choice("--side", side, Projection.Side.class, Projection.Side.STD),
                reader.choice("--basis", basis, FloatFormat.class, FloatFormat.FP32),
                residual);
    }

    private Set<TensorRole> targets(OptionReader reader) {
        if (loraTargets == null) {
            return EnumSet.of(
                    TensorRole.QUERY,
                    TensorRole.KEY,
                    TensorRole.VALUE,
                    TensorRole.QUERY_KEY_VALUE,
                    TensorRole.ATTENTION_OUTPUT,
                    TensorRole.GATE,
                    TensorRole.UP,
                    TensorRole.GATE_UP,
                    TensorRole.DOWN);
        }
        Set<TensorRole> targets = EnumSet.noneOf(TensorRole.class);
        for (String name : selectors(loraTargets)) {
            TensorRole role = reader.choice("--lora-targets", name, TensorRole.class, TensorRole.QUERY);
            targets.add(role);
        }
        return targets;
    }

    /** Parts between commas; an empty text has none. */
    private static List<String> selectors(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
