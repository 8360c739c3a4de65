/**
 * The training loop. {@link io.finemesh.engine.train.FineTuneLoop} is the file to read first: it runs a {@link io.finemesh.engine.train.TrainingPlan} one
 * segment at a time, gets gradients from {@code LayerwiseBackward} and {@link io.finemesh.engine.loss.LabelledLoss}, tells a
 * {@link io.finemesh.engine.train.StepListener} of each step, and gives a {@link io.finemesh.engine.train.SegmentOutcome} with the
 * {@link io.finemesh.engine.train.TrainingState} to continue from.
 */
package io.finemesh.engine.train;
