package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tensors of a parameter group lie in one flat buffer. Weights, gradients, moments and master weights of a group all have this layout.
 *
 * @param group whose tensors these are
 * @param entries one per slot, in slot order, each starting on a 64-byte boundary of 32-bit floats
 * @param elementCount length of the buffer, gaps included
 */
public record GroupLayout(ParameterGroup group, List<Entry> entries, long elementCount) {
    /** 64 bytes of 32-bit floats: a cache line, and what LibTorch's own allocations are aligned to. */
    private static final long ALIGNMENT = 16;

    /**
     * The tensors of one slot, stacked along their first dimension.
     *
     * @param slot they fill
     * @param shape of the stack
     * @param offset of its first element in the buffer
     * @param parts in the order they are stacked
     */
    public record Entry(WeightSlot slot, List<Long> shape, long offset, List<Part> parts) {
        /** Elements of the stack. */
        public long elementCount() {
            return elements(shape);
        }
    }

    /**
     * A tensor as weight files name it.
     *
     * @param name in the weight file
     * @param shape in the weight file
     * @param firstRow in the stack of its slot
     */
    public record Part(String name, List<Long> shape, long firstRow) {}

    public GroupLayout {
        entries = List.copyOf(entries);
    }

    /** Lays out a group's tensors. Tensors of one slot are stacked in the order given. */
    public static GroupLayout of(ParameterGroup group, List<ExpectedTensor> tensors) {
        Map<WeightSlot, List<ExpectedTensor>> bySlot = new EnumMap<>(WeightSlot.class);
        for (ExpectedTensor tensor : tensors) {
            bySlot.computeIfAbsent(WeightSlot.of(tensor.role()), slot -> new ArrayList<>())
                    .add(tensor);
        }
        List<Entry> entries = new ArrayList<>();
        long offset = 0;
        for (Map.Entry<WeightSlot, List<ExpectedTensor>> stack : bySlot.entrySet()) {
            List<ExpectedTensor> ordered = stack.getValue().stream()
                    .sorted((a, b) -> a.role().compareTo(b.role()))
                    .toList();
            List<Part> parts = new ArrayList<>();
            long rows = 0;
            for (ExpectedTensor tensor : ordered) {
                parts.add(new Part(tensor.name(), tensor.shape(), rows));
                rows += tensor.shape().getFirst();
            }
            List<Long> shape = new ArrayList<>(ordered.getFirst().shape());
            shape.set(0, rows);
            entries.add(new Entry(stack.getKey(), List.copyOf(shape), offset, List.copyOf(parts)));
            offset += Math.ceilDiv(elements(shape), ALIGNMENT) * ALIGNMENT;
        }
        return new GroupLayout(group, entries, offset);
    }

    private static long elements(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }
}
