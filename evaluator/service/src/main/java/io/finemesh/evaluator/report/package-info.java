/** From figures to what the mesh is told: {@link io.finemesh.evaluator.report.ScoreSheet}. Pure. */
package io.finemesh.evaluator.report;
