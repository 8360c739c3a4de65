package io.finemesh.checkpoint.change;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What an update did to a model.
 *
 * @param base what it started from, as people know it
 * @param checkpoint what it led to, as people know it
 * @param tensors each tensor that either has, once
 */
public record UpdateReport(String base, String checkpoint, List<TensorChange> tensors) {
    /** What the report says about the weights. */
    public enum Verdict {
        /** At least one tensor changed, and every one could be compared. */
        CHANGED,
        /** Every tensor is the base's, bit for bit. */
        UNCHANGED,
        /** A tensor could not be compared, or holds what is not a number. */
        DOUBTFUL;

        /** The name in reports. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public UpdateReport {
        requireNonNull(base, "base is null");
        requireNonNull(checkpoint, "checkpoint is null");
        tensors = List.copyOf(tensors);
    }

    /** Whether the weights changed. */
    public Verdict verdict() {
        if (found().stream().anyMatch(one -> one.finding().isDoubtful())) {
            return Verdict.DOUBTFUL;
        }
        if (!changed().isEmpty()) {
            return Verdict.CHANGED;
        }
        // A head that only one of the models has as a tensor may be what changed.
        return found().isEmpty() ? Verdict.UNCHANGED : Verdict.DOUBTFUL;
    }

    /** Tensors that changed. */
    public List<TensorChange.Changed> changed() {
        return of(TensorChange.Changed.class).toList();
    }

    /** Tensors that did not. */
    public List<TensorChange.Unchanged> unchanged() {
        return of(TensorChange.Unchanged.class).toList();
    }

    /** Tensors that could not be compared. */
    public List<TensorChange.NotComparable> found() {
        return of(TensorChange.NotComparable.class).toList();
    }

    private <T extends TensorChange> Stream<T> of(Class<T> kind) {
        return tensors.stream().filter(kind::isInstance).map(kind::cast);
    }

    /** Norm of the whole update, over all tensors that changed. */
    public double norm() {
        return Math.sqrt(changed().stream()
                .mapToDouble(tensor -> tensor.norm() * tensor.norm())
                .sum());
    }

    /** The norm of the whole update over that of the tensors it changed; empty where those were zeros, or none changed. */
    public OptionalDouble relativeNorm() {
        double before = Math.sqrt(changed().stream()
                .mapToDouble(tensor -> tensor.baseNorm() * tensor.baseNorm())
                .sum());
        return before == 0 ? OptionalDouble.empty() : OptionalDouble.of(norm() / before);
    }

    /** Mean over the matrices that changed of the effective rank in full ranks, above 0 and at most 1; empty if no matrix did. */
    public OptionalDouble meanEffectiveRank() {
        return spectra()
                .mapToDouble(spectrum -> spectrum.effectiveRank() / spectrum.fullRank())
                .average();
    }

    /** Mean over the matrices that changed of {@link Spectrum#rankOfNinety} in full ranks; empty if no matrix did. */
    public OptionalDouble meanRankOfNinety() {
        return spectra()
                .mapToDouble(spectrum -> (double) spectrum.rankOfNinety() / spectrum.fullRank())
                .average();
    }

    private Stream<Spectrum> spectra() {
        return changed().stream().flatMap(tensor -> tensor.spectrum().stream());
    }
}
