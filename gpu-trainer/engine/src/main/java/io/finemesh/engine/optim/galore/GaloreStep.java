package io.finemesh.engine.optim.galore;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.GradientForm;
import io.finemesh.engine.optim.Gradients;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.Traversal;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One step of {@link GaloreParameters}. Between refreshes rows are projected and summed as they come. Where more is wanted of a gradient than its projection
 * (a new basis, its own norm, the part outside the subspace) the layers are the outer loop, so that the factors of one layer are held at a time.
 */
final class GaloreStep implements OptimizerStep {
    private final GaloreParameters parameters;
    private final long step;
    private final boolean whole;
    private final Gradients dense;
    private double squares;
    private boolean updating; // in the second of two visits
    private double learningRate;
    private double gradientScale;

    GaloreStep(GaloreParameters parameters, long step) {
        this.parameters = parameters;
        this.step = step;
        this.whole = parameters.fullNorm() || parameters.settings().residual();
        this.dense = new Gradients(parameters.all().values().stream()
                .map(group -> group.weights().layout())
                .toList());
    }

    @Override
    public Traversal traversal() {
        if (parameters.settings().residual()) {
            return Traversal.LAYERS_TWICE;
        }
        boolean refreshing = parameters.all().values().stream()
                .flatMap(GaloreParameters.Group::matrices)
                .anyMatch(ProjectedMatrix::due);
        return whole || refreshing ? Traversal.LAYERS : Traversal.ROWS;
    }

    @Override
    public boolean wants(ParameterGroup group) {
        return parameters.group(group) != null;
    }

    @Override
    public GradientForm form(ParameterGroup group, WeightSlot slot) {
        GaloreParameters.Group trained = parameters.group(group);
        if (trained == null) {
            return GradientForm.NONE;
        }
        if (trained.projected().containsKey(slot)) {
            return GradientForm.FACTORS;
        }
        return trained.dense().containsKey(slot) ? GradientForm.DENSE : GradientForm.NONE;
    }

    @Override
    public void add(ParameterGroup group, WeightSlot slot, Tensor gradient) {
        dense.add(group, slot, gradient);
    }

    @Override
    public void addFactors(ParameterGroup group, WeightSlot slot, Tensor input, Tensor slope) {
        for (ProjectedMatrix matrix : parameters.group(group).projected().get(slot)) {
            matrix.add(input, slope, whole || matrix.due());
        }
    }

    @Override
    public void complete(ParameterGroup group) {
        GaloreParameters.Group trained = parameters.group(group);
        if (!parameters.settings().residual()) {
            trained.matrices().forEach(matrix -> matrix.complete(whole));
            return;
        }
        if (updating) {
            update(group, trained);
            dense.clear(group);
            return;
        }
        List<ProjectedMatrix> matrices = trained.matrices().toList();
        matrices.forEach(ProjectedMatrix::measure);
        for (double square : ProjectedMatrix.squaredNorms(matrices)) {
            squares += square;
        }
        matrices.forEach(ProjectedMatrix::discard);
        double norm = dense.norm(group);
        squares += norm * norm;
        dense.clear(group);
    }

    @Override
    public double norm() {
        if (parameters.settings().residual()) {
            return Math.sqrt(squares);
        }
        double sum = dense.norm();
        sum *= sum;
        List<ProjectedMatrix> matrices = parameters.all().values().stream()
                .flatMap(GaloreParameters.Group::matrices)
                .toList();
        for (double square : ProjectedMatrix.squaredNorms(matrices)) {
            sum += square;
        }
        return Math.sqrt(sum);
    }

    @Override
    public void update(double rate, double scale) {
        learningRate = rate;
        gradientScale = scale;
        if (parameters.settings().residual()) {
            updating = true;
        } else {
            parameters.all().forEach(this::update);
        }
        parameters.updated();
    }

    private void update(ParameterGroup group, GaloreParameters.Group trained) {
        GroupLayout layout = trained.weights().layout();
        for (GroupLayout.Entry entry : layout.entries()) {
            WeightSlot slot = entry.slot();
            trained.weights().update(slot, step, weights -> {
                if (trained.projected().containsKey(slot)) {
                    for (ProjectedMatrix matrix : trained.projected().get(slot)) {
                        Tensor rows = weights.narrow(0, matrix.firstRow(), matrix.rows());
                        if (parameters.settings().residual()) {
                            matrix.updateWithResidual(rows, learningRate, gradientScale);
                        } else {
                            matrix.update(rows, learningRate, gradientScale);
                        }
                    }
                } else {
                    Tensor gradient = dense.get(group, slot);
                    if (gradientScale != 1) {
                        gradient.mul_(new Scalar(gradientScale));
                    }
                    trained.dense().get(slot).update(weights, gradient, learningRate);
                }
                double decay = parameters.adam().decayOf(slot);
                if (decay != 0) {
                    weights.mul_(new Scalar(1 - learningRate * decay));
                }
            });
        }
    }

    @Override
    public void close() {
        parameters.all().values().forEach(group -> group.matrices().forEach(ProjectedMatrix::discard));
        dense.close();
    }
}
