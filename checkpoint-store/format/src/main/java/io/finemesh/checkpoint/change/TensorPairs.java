package io.finemesh.checkpoint.change;

import io.finemesh.checkpoint.json.JsonText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which tensors of two models belong together: those of the same name. */
public final class TensorPairs {
    /** Layers in the order of their numbers, which is not that of their texts. */
    static final Comparator<String> ORDER = TensorPairs::compare;

    private static final Pattern PARTS = Pattern.compile("(?<=[0-9])(?=[^0-9])|(?<=[^0-9])(?=[0-9])");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private TensorPairs() {}

    /** A name and what becomes of it. */
    public sealed interface Pairing {
        /** Name of the tensor. */
        String name();
    }

    /**
     * Both models have it, with the same shape.
     *
     * @param base before
     * @param now after
     */
    public record Pair(TensorFacts base, TensorFacts now) implements Pairing {
        @Override
        public String name() {
            return now.name();
        }
    }

    /**
     * It has no other side to be compared with.
     *
     * @param change the finding
     */
    public record Single(TensorChange.NotComparable change) implements Pairing {
        @Override
        public String name() {
            return change.name();
        }
    }

    /** Every name that either model has, once, by name with numbers in order. */
    public static List<Pairing> of(ModelSide base, ModelSide now) {
        Map<String, TensorFacts> before = byName(base);
        Map<String, TensorFacts> after = byName(now);
        TreeSet<String> names = new TreeSet<>(ORDER);
        names.addAll(before.keySet());
        names.addAll(after.keySet());
        List<Pairing> pairings = new ArrayList<>();
        for (String name : names) {
            pairings.add(pairing(name, base, now, before.get(name), after.get(name)));
        }
        return pairings;
    }

    private static Pairing pairing(String name, ModelSide base, ModelSide now, TensorFacts before, TensorFacts after) {
        if (before == null) {
            return base.tiedHead().equals(Optional.of(name))
                    ? single(
                            name,
                            Finding.TIED,
                            "tied to the embedding in the base, a tensor of its own in the checkpoint")
                    : single(name, Finding.ADDED, "the base has no such tensor");
        }
        if (after == null) {
            return now.tiedHead().equals(Optional.of(name))
                    ? single(
                            name,
                            Finding.TIED,
                            "a tensor of its own in the base, tied to the embedding in the checkpoint")
                    : single(name, Finding.MISSING, "the checkpoint has no such tensor");
        }
        return before.shape().equals(after.shape())
                ? new Pair(before, after)
                : single(
                        name,
                        Finding.SHAPE_DIFFERS,
                        before.shape() + " in the base, " + after.shape() + " in the checkpoint");
    }

    private static Single single(String name, Finding finding, String detail) {
        return new Single(new TensorChange.NotComparable(name, finding, detail));
    }

    private static Map<String, TensorFacts> byName(ModelSide side) {
        Map<String, TensorFacts> byName = new HashMap<>();
        side.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName;
    }

    private static int compare(String one, String other) {
        String[] left = PARTS.split(one);
        String[] right = PARTS.split(other);
        for (int part = 0; part < Math.min(left.length, right.length); part++) {
            boolean numbers = NUMBER.matcher(left[part]).matches()
                    && NUMBER.matcher(right[part]).matches();
            int order = numbers ? byValue(left[part], right[part]) : JsonText.compareUtf8(left[part], right[part]);
            if (order != 0) {
                return order;
            }
        }
        int byLength = Integer.compare(left.length, right.length);
        return byLength == 0 ? JsonText.compareUtf8(one, other) : byLength;
    }

    /** Of digits, however many. */
    private static int byValue(String one, String other) {
        String left = one.replaceFirst("^0+", "");
        String right = other.replaceFirst("^0+", "");
        int byLength = Integer.compare(left.length(), right.length());
        return byLength == 0 ? left.compareTo(right) : byLength;
    }
}
