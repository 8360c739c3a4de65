/** Evaluations: the scheduler asks for one of a committed checkpoint, the evaluator answers with scores. */
package io.finemesh.contract.evaluation;
