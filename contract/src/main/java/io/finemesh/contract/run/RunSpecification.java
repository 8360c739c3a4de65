package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a user asked for, with every default filled in. Frozen at submission.
 *
 * @param name a word for people
 * @param model model name or checkpoint id as the user gave it
 * @param dataset data set name or version as the user gave it
 * @param template how a conversation becomes text
 * @param method how parameters are updated
 * @param optimizer Adam and its learning rate
 * @param batch what one step sees
 * @param epochs passes over the data; exactly one of this and maxSteps
 * @param maxSteps optimizer steps
 * @param precision how weights are stored
 * @param seed seed of every random choice
 * @param checkpointSteps all parameters at once: optimizer steps between checkpoints, of which the scheduler makes 1,000 at most; BAdam commits at every visit's end
 * @param evaluation what is evaluated and when
 * @param memoryLimitBytes refuse the run if its plan needs more
 * @param trace how many spans the run leaves
 * @param outputName model name that the last checkpoint gets
 */
public record RunSpecification(
        String name,
        String model,
        String dataset,
        PromptTemplate template,
        MethodSpecification method,
        OptimizerSpecification optimizer,
        BatchSpecification batch,
        OptionalDouble epochs,
        OptionalLong maxSteps,
        Precision precision,
        long seed,
        int checkpointSteps,
        EvaluationSpecification evaluation,
        OptionalLong memoryLimitBytes,
        TraceDetail trace,
        Optional<String> outputName) {
    public RunSpecification {
        requireNonNull(name, "name is null");
        requireNonNull(model, "model is null");
        requireNonNull(dataset, "dataset is null");
        requireNonNull(template, "template is null");
        requireNonNull(method, "method is null");
        requireNonNull(optimizer, "optimizer is null");
        requireNonNull(batch, "batch is null");
        epochs = epochs == null ? OptionalDouble.empty() : epochs;
        maxSteps = maxSteps == null ? OptionalLong.empty() : maxSteps;
        requireNonNull(precision, "precision is null");
        requireNonNull(evaluation, "evaluation is null");
        memoryLimitBytes = memoryLimitBytes == null ? OptionalLong.empty() : memoryLimitBytes;
        requireNonNull(trace, "trace is null");
        outputName = outputName == null ? Optional.empty() : outputName;
    }
}
