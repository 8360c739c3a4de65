package io.finemesh.cli.command;

import io.finemesh.score.harness.ResultsFile;
import io.finemesh.score.math.MathSolutions;
import io.finemesh.score.solutions.SolutionScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores solutions of MATH. */
@Command(
        name = "hendrycks-math",
        description =
                "Score solutions of MATH as lm-evaluation-harness's hendrycks_math does, and by the last \\boxed answer.",
        mixinStandardHelpOptions = true)
public final class ScoreMathCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Option(
            names = "--samples",
            required = true,
            paramLabel = "FILE",
            description =
                    "JSON Lines with a problem, its solution (or answer) and one or more outputs of models, or harness records")
    private Path samples;

    @Override
    public Integer call() throws IOException {
        MathSolutions solutions = MathSolutions.of(ScoreReport.read(samples));
        ScoreReport report = new ScoreReport(session);
        report.document()
                .put("task", "hendrycks_math")
                .put("version", 1.0)
                .put("rules", "lm-eval " + ResultsFile.HARNESS_VERSION)
                .put("samples", samples.toString())
                .put("questions", solutions.questions())
                .put("limited", solutions.questions() < MathSolutions.TEST_SIZE);
        report.document().putArray("own_filters").add(MathSolutions.BOXED);
        report.solutions(solutions.scores(), MathSolutions.TEST_SIZE);
        if (!session.json() && !solutions.scores().isEmpty()) {
            session.out().println(SolutionScore.label(solutions.questions(), MathSolutions.TEST_SIZE));
        }
        return report.finish(solutions.problems(), !solutions.scores().isEmpty());
    }
}
