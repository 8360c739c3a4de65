/** From figures to what the mesh is told: {@link io.finemesh.evaluator.report.ScoreSheet}, and for update reports {@link io.finemesh.evaluator.report.UpdateScores}, for open questions {@link io.finemesh.evaluator.report.JudgedAnswers} and in pairs {@link io.finemesh.evaluator.report.PairedAnswers}. Pure. */
package io.finemesh.evaluator.report;
