package io.finemesh.checkpoint.change;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.safetensors.Dtype;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What an update did to one tensor. */
public sealed interface TensorChange {
    /** Name of the tensor. */
    String name();

    /**
     * Nothing: its bytes are the base's.
     *
     * @param name of the tensor
     * @param shape extents, slowest first
     */
    record Unchanged(String name, List<Long> shape) implements TensorChange {
        public Unchanged {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
        }
    }

    /**
     * Its bytes differ, and all elements are numbers.
     *
     * @param name of the tensor
     * @param shape extents, slowest first
     * @param baseDtype element type in the base
     * @param dtype element type in the checkpoint
     * @param norm Frobenius norm of the update, checkpoint minus base; 0 where only spellings of equal values differ
     * @param baseNorm Frobenius norm of the base
     * @param largest largest absolute change of an element
     * @param spectrum singular values of the update; of matrices only, and of none without a change of value
     */
    record Changed(
            String name,
            List<Long> shape,
            Dtype baseDtype,
            Dtype dtype,
            double norm,
            double baseNorm,
            double largest,
            Optional<Spectrum> spectrum)
            implements TensorChange {
        public Changed {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
            if (!Double.isFinite(norm) || !Double.isFinite(baseNorm) || !Double.isFinite(largest)) {
                throw new IllegalArgumentException(
                        name + ": norms " + norm + ", " + baseNorm + " and " + largest + " are not all numbers");
            }
        }

        /** The update's norm over the base's; empty for a base of zeros. */
        public OptionalDouble relativeNorm() {
            return baseNorm == 0 ? OptionalDouble.empty() : OptionalDouble.of(norm / baseNorm);
        }
    }

    /**
     * There is nothing to measure.
     *
     * @param name of the tensor
     * @param finding why
     * @param detail what was found, for people
     */
    record NotComparable(String name, Finding finding, String detail) implements TensorChange {
        public NotComparable {
            requireNonNull(name, "name is null");
            requireNonNull(finding, "finding is null");
            requireNonNull(detail, "detail is null");
        }
    }
}
