/**
 * Training: {@link io.finemesh.contract.training.TrainSegment} goes to one trainer under a lease; {@link
 * io.finemesh.contract.training.TrainingEvent} and {@link io.finemesh.contract.training.StepCompleted} come back, each with the lease's
 * epoch; {@link io.finemesh.contract.training.TrainerHeartbeat} says who is there.
 */
package io.finemesh.contract.training;
