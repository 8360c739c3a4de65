/**
 * JSON bodies of answers, each made from views or from what the store says. {@link io.finemesh.gateway.answer.RunSummary} and {@link
 * io.finemesh.gateway.answer.RunDetail} tell of runs, {@link io.finemesh.gateway.answer.StepAnswer} of steps, the others of what their
 * names say. Absent values are left out.
 */
package io.finemesh.gateway.answer;
