/** From figures to what the mesh is told: {@link io.finemesh.evaluator.report.ScoreSheet}, and for update reports {@link io.finemesh.evaluator.report.UpdateScores}. Pure. */
package io.finemesh.evaluator.report;
