/** Spans: {@link io.finemesh.evaluator.trace.EvaluationSpans} links an evaluation to the submission it goes back to. */
package io.finemesh.evaluator.trace;
