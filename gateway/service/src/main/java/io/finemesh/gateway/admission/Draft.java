package io.finemesh.gateway.admission;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.plan.schedule.RunLength;
import java.util.OptionalDouble;

/**
 * A specification that is right by itself. Only what depends on the data is open: a warm-up given as a share of the run is a number of
 * steps once the number of samples is known.
 *
 * @param specification everything else; its warm-up steps are 0 while the ratio is open
 * @param warmupRatio warm-up as a share of all steps, if the user gave it so
 */
public record Draft(RunSpecification specification, OptionalDouble warmupRatio) {
    public Draft {
        requireNonNull(specification, "specification is null");
        requireNonNull(warmupRatio, "warmupRatio is null");
    }

    /**
     * The complete specification.
     *
     * @param samples rows of the data set that can be trained on
     */
    public RunSpecification finished(long samples) {
        if (warmupRatio.isEmpty()) {
            return specification;
        }
        long warmupSteps = (long) Math.ceil(warmupRatio.getAsDouble() * totalSteps(samples));
        OptimizerSpecification optimizer = specification.optimizer();
        return new RunSpecification(
                specification.name(),
                specification.model(),
                specification.dataset(),
                specification.template(),
                specification.method(),
                new OptimizerSpecification(
                        optimizer.learningRate(),
                        optimizer.shape(),
                        warmupSteps,
                        optimizer.finalFraction(),
                        optimizer.beta1(),
                        optimizer.beta2(),
                        optimizer.epsilon(),
                        optimizer.weightDecay(),
                        optimizer.maxGradientNorm()),
                specification.batch(),
                specification.epochs(),
                specification.maxSteps(),
                specification.precision(),
                specification.seed(),
                specification.checkpointSteps(),
                specification.evaluation(),
                specification.memoryLimitBytes(),
                specification.trace(),
                specification.outputName());
    }

    private long totalSteps(long samples) {
        return specification
                .maxSteps()
                .orElseGet(() -> RunLength.stepsOfEpochs(
                        specification.epochs().orElseThrow(),
                        Math.max(samples, 1),
                        specification.batch().samplesPerStep()));
    }
}
