/**
 * The Kafka edge: {@link io.finemesh.evaluator.messaging.EvaluationCommandListener} and {@link io.finemesh.evaluator.messaging.RequestListener} hear what to evaluate, {@link
 * io.finemesh.evaluator.messaging.RangeListener} which questions to answer, {@link io.finemesh.evaluator.messaging.EvaluationEventListener} what is answered already, {@link
 * io.finemesh.evaluator.messaging.CancellationListener} and {@link io.finemesh.evaluator.messaging.RunEventListener} what nobody waits for; {@link
 * io.finemesh.evaluator.messaging.EvaluationEventPublisher} speaks.
 */
package io.finemesh.evaluator.messaging;
