package io.finemesh.gateway.admission;

import io.finemesh.contract.run.AdapterSpecification;
import io.finemesh.contract.run.AdaptiveRefresh;
import io.finemesh.contract.run.BlockCut;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.FrozenForm;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodBuilder;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.MomentForm;
import io.finemesh.contract.run.MomentTransfer;
import io.finemesh.contract.run.PartitionSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.ProjectedSide;
import io.finemesh.contract.run.ProjectionSpecification;
import io.finemesh.contract.run.SubspaceRefresh;
import io.finemesh.contract.run.WeightRounding;
import io.finemesh.gateway.document.Pointers;
import io.finemesh.gateway.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads the section that says how parameters are updated: each field once, then what does not go together. */
final class MethodReader {
    private static final List<String> BADAM_FIELDS = List.of(
            "badam_partition",
            "badam_blocks",
            "badam_switch_mode",
            "badam_importance",
            "badam_switch_interval",
            "badam_start_block",
            "badam_include_embedding",
            "badam_include_final_norm",
            "badam_include_head",
            "badam_row_blocks",
            "badam_active_modules",
            "badam_frozen",
            "badam_reference_compatible");

    /** All but the rank, without which the others mean nothing inside a block. */
    private static final List<String> GALORE_FIELDS = List.of(
            "galore_update_interval",
            "galore_scale",
            "galore_proj_type",
            "galore_refresh",
            "galore_staggered",
            "galore_moment_transport",
            "galore_rewarm_steps",
            "galore_basis",
            "galore_residual",
            "galore_adaptive");

    private static final List<String> LORA_FIELDS = List.of("lora_rank", "lora_alpha", "lora_dropout", "lora_target");
    private static final Pattern LORA_TARGET = Pattern.compile("all|[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*");

    private static final int MOST_RANK = 1 << 20;
    private static final String SELECTORS = "a list of parts of the model such as [layer.0-3.attention, final]";

    private final Section section;
    private final Problems problems;

    /** What a partition may be called; lists have their own field. */
    private enum Partition {
        LAYER,
        HALF,
        MATRIX
    }

    MethodReader(Section section, Problems problems) {
        this.section = section;
        this.problems = problems;
    }

    MethodSpecification read() {
        Optional<Method> given = section.choice("finetuning", Method.class);
        Method method = given.orElse(Defaults.METHOD);
        BlockOrder order = section.choice("badam_switch_mode", BlockOrder.class).orElse(Defaults.BLOCK_ORDER);
        int interval = switchInterval().orElse(Defaults.SWITCH_INTERVAL);
        OptionalInt startBlock = section.integer("badam_start_block", 0, 1_000_000);
        boolean embedding = section.flag("badam_include_embedding").orElse(false);
        boolean head = section.flag("badam_include_head").orElse(false);
        Optional<FrozenForm> frozen = section.choice("badam_frozen", FrozenForm.class);
        boolean reference = section.flag("badam_reference_compatible").orElse(false);
        PartitionSpecification partition = partition();
        boolean rankGiven = section.value("galore_rank").isPresent();
        ProjectionSpecification projection = projection();
        AdapterSpecification adapter = adapter();
        Optional<MomentForm> moments = section.choice("moments", MomentForm.class);
        Optional<WeightRounding> rounding = section.choice("rounding", WeightRounding.class);
        section.close();
        boolean projected = method == Method.GALORE || method == Method.BADAM && rankGiven;
        if (given.isPresent() || section.value("finetuning").isEmpty()) {
            refuseForeign(method, rankGiven);
            refuseMoments(method, moments, projected, projection);
            refuseRounding(method, rounding);
            if (method == Method.BADAM) {
                refuseContradictions(order);
            }
        }
        MethodBuilder read = MethodSpecification.of(method)
                .visits(order, interval)
                .startBlock(startBlock)
                .ends(embedding, head)
                .referenceCompatible(reference)
                .projection(projected ? Optional.of(projection) : Optional.empty())
                .moments(moments.filter(form -> form != MomentForm.ADAMW))
                .rounding(rounding)
                .frozen(frozen.filter(form -> form != FrozenForm.STORED));
        if (!partition.equals(PartitionSpecification.LAYERS)) {
            read.partition(partition);
        }
        return (method == Method.LORA ? read.adapter(adapter) : read).build();
    }

    private OptionalInt switchInterval() {
        Optional<Value> value = section.value("badam_switch_interval");
        if (value.isPresent()
                && value.get() instanceof Value.Text text
                && text.text().equals("auto")) {
            return OptionalInt.of(Defaults.SWITCH_INTERVAL_AUTO);
        }
        if (value.isPresent() && Section.wholeWithin(value.get(), 1, 1_000_000).isEmpty()) {
            problems.wrong(
                    section.pointer("badam_switch_interval"),
                    value.get(),
                    "a whole number of optimizer steps from 1 to 1000000, or auto",
                    value.get() instanceof Value.Text ? Optional.of("auto") : Optional.empty());
            return OptionalInt.empty();
        }
        return section.integer("badam_switch_interval", 1, 1_000_000);
    }

    private PartitionSpecification partition() {
        Partition named = section.choice("badam_partition", Partition.class).orElse(Partition.LAYER);
        List<List<String>> blocks = new ArrayList<>();
        int position = 0;
        for (Value item : section.items("badam_blocks", "a list of blocks, each " + SELECTORS)) {
            blocks.add(texts(Pointers.item(section.pointer("badam_blocks"), position++), item));
        }
        List<String> active = section.value("badam_active_modules")
                .map(value -> texts(section.pointer("badam_active_modules"), value))
                .orElse(List.of());
        BlockCut cut = blocks.isEmpty()
                ? switch (named) {
                    case LAYER -> BlockCut.LAYER;
                    case HALF -> BlockCut.HALF;
                    case MATRIX -> BlockCut.MATRIX;
                }
                : BlockCut.CUSTOM;
        return new PartitionSpecification(
                cut, blocks, section.flag("badam_include_final_norm").orElse(false), rowBlocks(), active, importance());
    }

    private List<String> texts(String pointer, Value value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof Value.Sequence sequence && !sequence.items().isEmpty()) {
            int position = 0;
            for (Value item : sequence.items()) {
                String at = Pointers.item(pointer, position++);
                if (item instanceof Value.Text text && !text.text().isBlank()) {
                    texts.add(text.text());
                } else {
                    problems.wrong(at, item, "a part of the model such as layer.3.attention, final or head");
                }
            }
        } else {
            problems.wrong(pointer, value, SELECTORS);
        }
        return texts;
    }

    private OptionalLong rowBlocks() {
        Optional<Value> value = section.value("badam_row_blocks");
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (value.get() instanceof Value.Text text && text.text().equals("auto")) {
            return OptionalLong.of(0);
        }
        OptionalLong parameters = Section.wholeWithin(value.get(), 1, Defaults.LARGEST_WHOLE);
        if (parameters.isEmpty()) {
            problems.wrong(
                    section.pointer("badam_row_blocks"),
                    value.get(),
                    "most parameters of a block, a whole number from 1 to " + Defaults.LARGEST_WHOLE
                            + ", or auto for no more than a layer has",
                    value.get() instanceof Value.Text ? Optional.of("auto") : Optional.empty());
        }
        return parameters;
    }

    private List<Double> importance() {
        List<Double> importance = new ArrayList<>();
        int position = 0;
        for (Value item : section.items("badam_importance", "a list with a number above 0 for each block")) {
            OptionalDouble number =
                    switch (item) {
                        case Value.Whole whole ->
                            OptionalDouble.of(whole.number().doubleValue());
                        case Value.Decimal decimal -> OptionalDouble.of(decimal.number());
                        case Value.Mapping _, Value.Sequence _, Value.Text _, Value.Truth _, Value.Nothing _ ->
                            OptionalDouble.empty();
                    };
            String at = Pointers.item(section.pointer("badam_importance"), position++);
            Range range = Range.above(0, Defaults.LARGEST_IMPORTANCE);
            if (number.isPresent() && range.holds(number.getAsDouble())) {
                importance.add(number.getAsDouble());
            } else {
                problems.wrong(at, item, range.words());
            }
        }
        return importance;
    }

    private AdapterSpecification adapter() {
        int rank = section.integer("lora_rank", 1, MOST_RANK).orElse(Defaults.LORA_RANK);
        double alpha = section.number("lora_alpha", Range.above(0, 10_000_000)).orElse(2.0 * rank);
        String targets = section.text(
                        "lora_target", LORA_TARGET, "all, or names of linear modules such as q_proj,v_proj")
                .orElse("all");
        double dropout = section.number("lora_dropout", Range.fromBelow(0, 1)).orElse(0);
        return new AdapterSpecification(
                rank,
                alpha,
                List.of(targets.split(",")),
                dropout == 0 ? OptionalDouble.empty() : OptionalDouble.of(dropout));
    }

    /** Twice as far apart up to eight times the interval, half as far down to a quarter of it. */
    private static AdaptiveRefresh adaptive(int interval) {
        return new AdaptiveRefresh(
                Defaults.GALORE_GROW_AT, Defaults.GALORE_SHRINK_BELOW, Math.max(1, interval / 4), (int)
                        Math.min(1_000_000_000, 8L * interval));
    }

    private ProjectionSpecification projection() {
        int interval =
                section.integer("galore_update_interval", 1, 1_000_000_000).orElse(Defaults.GALORE_UPDATE_INTERVAL);
        return new ProjectionSpecification(
                section.integer("galore_rank", 1, MOST_RANK).orElse(Defaults.GALORE_RANK),
                interval,
                section.number("galore_scale", Range.above(0, 1_000_000)).orElse(Defaults.GALORE_SCALE),
                section.choice("galore_proj_type", ProjectedSide.class).orElse(ProjectedSide.STD),
                section.choice("galore_refresh", SubspaceRefresh.class).orElse(SubspaceRefresh.EXACT),
                section.flag("galore_staggered").orElse(false),
                section.choice("galore_moment_transport", MomentTransfer.class).orElse(MomentTransfer.KEPT),
                section.integer("galore_rewarm_steps", 0, 1_000_000_000).orElse(0),
                section.choice("galore_basis", Precision.class).orElse(Precision.FP32),
                section.flag("galore_residual").orElse(false),
                section.flag("galore_adaptive").filter(wanted -> wanted).map(_ -> adaptive(interval)));
    }

    private void refuseForeign(Method method, boolean rankGiven) {
        String word = method.name().toLowerCase(Locale.ROOT);
        boolean badam = method == Method.BADAM;
        boolean projects = badam || method == Method.GALORE;
        for (String name : BADAM_FIELDS) {
            if (!badam) {
                belongs(name, "badam", word);
            }
        }
        if (!projects) {
            belongs("galore_rank", "galore", word);
        }
        if (method != Method.LORA) {
            LORA_FIELDS.forEach(name -> belongs(name, "lora", word));
        }
        for (String name : GALORE_FIELDS) {
            if (!projects) {
                belongs(name, "galore", word);
            } else if (badam && !rankGiven) {
                section.contradiction(
                        name,
                        "nothing without galore_rank: blocks are not projected",
                        "method." + name
                                + " needs method.galore_rank beside it, which says that gradients inside a block are"
                                + " projected; give the rank, or leave this out");
            }
        }
    }

    private void belongs(String name, String owner, String word) {
        section.contradiction(
                name,
                "nothing: finetuning is " + word,
                "method." + name + " belongs to " + owner + ", but finetuning is " + word
                        + "; leave it out or set finetuning to " + owner);
    }

    private void refuseMoments(
            Method method, Optional<MomentForm> moments, boolean projected, ProjectionSpecification projection) {
        String word = method.name().toLowerCase(Locale.ROOT);
        switch (method) {
            case LOMO, ADALOMO, LORA ->
                section.contradiction(
                        "moments",
                        "nothing: " + word + " keeps no moments of its choice",
                        "method.moments has no meaning with " + word + "; leave it out");
            case ADAMW, BADAM, GALORE -> {}
        }
        boolean adafactor = moments.filter(form -> form == MomentForm.ADAFACTOR).isPresent();
        if (adafactor && (method == Method.ADAMW || method == Method.BADAM && !projected)) {
            section.contradiction(
                    "moments",
                    "adamw or adamw_8bit: only projected gradients go with adafactor",
                    "method.moments is adafactor, which goes with galore, or with galore_rank inside badam's blocks; choose adamw"
                            + " or adamw_8bit");
        }
        if (projected && adafactor && projection.transport() == MomentTransfer.ROTATED) {
            section.contradiction(
                    "galore_moment_transport",
                    "kept or reset: moments is adafactor",
                    "method.galore_moment_transport is rotated, but the means that adafactor keeps cannot be rotated; choose kept or"
                            + " reset, or other moments");
        }
        if (projected && projection.residual() && adafactor) {
            section.contradiction(
                    "galore_residual",
                    "false: moments is adafactor",
                    "method.galore_residual cannot be scaled by adafactor's updates; leave it out, or choose other moments");
        }
        if (projected && projection.residual() && projection.side() == ProjectedSide.FULL) {
            section.contradiction(
                    "galore_residual",
                    "false: galore_proj_type is full",
                    "method.galore_residual is scaled by column, which a projection of both sides has none of; leave it out, or"
                            + " choose another galore_proj_type");
        }
    }

    private void refuseRounding(Method method, Optional<WeightRounding> rounding) {
        if (method == Method.LORA) {
            section.contradiction(
                    "rounding",
                    "nothing: lora trains 32-bit adapters",
                    "method.rounding has no meaning with lora, whose adapters are 32-bit and merged once; leave it out");
        }
        if (method == Method.BADAM
                && rounding.filter(given -> given != WeightRounding.MASTER).isPresent()) {
            section.contradiction(
                    "rounding",
                    "master: badam's active block has a 32-bit copy",
                    "method.rounding is not master, but the active block of badam always has a 32-bit copy; leave it out");
        }
    }

    private void refuseContradictions(BlockOrder order) {
        if (section.value("badam_partition").isPresent()
                && section.value("badam_blocks").isPresent()) {
            section.contradiction(
                    "badam_partition",
                    "nothing beside badam_blocks",
                    "method.badam_partition and method.badam_blocks both say what the blocks are; keep one");
        }
        boolean importanceGiven = section.value("badam_importance").isPresent();
        if (order != BlockOrder.IMPORTANCE && importanceGiven) {
            section.contradiction(
                    "badam_importance",
                    "nothing: badam_switch_mode is " + order.name().toLowerCase(Locale.ROOT),
                    "method.badam_importance has a meaning only where badam_switch_mode is importance; set that, or leave this out");
        }
    }
}
