package io.finemesh.cli.command;

import io.finemesh.score.gsm8k.Gsm8kDataset;
import io.finemesh.score.gsm8k.Gsm8kSolutions;
import io.finemesh.score.gsm8k.Gsm8kVariant;
import io.finemesh.score.harness.ResultsFile;
import io.finemesh.score.solutions.SolutionScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores solutions of GSM8K. */
@Command(
        name = "gsm8k",
        description = "Score solutions of GSM8K as lm-evaluation-harness does: strict-match and flexible-extract.",
        footer = {
            "",
            "strict-match and flexible-extract read the texts as they are. answer-line is Finemesh's own: the last line \"A: N\" or",
            "\"#### N\"; OpenAI's example solutions end in \"A: N\", where strict-match finds nothing."
        },
        mixinStandardHelpOptions = true)
public final class ScoreGsm8kCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Option(
            names = "--samples",
            required = true,
            paramLabel = "FILE",
            description =
                    "JSON Lines with a question, its ground truth and one or more solutions: OpenAI's example solutions, "
                            + "harness records, or a field such as \"solution\", \"response\" or \"solutions\"")
    private Path samples;

    @Option(
            names = "--variant",
            defaultValue = "plain",
            description = "whose strict-match is used: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Gsm8kVariant variant;

    @Option(
            names = "--cut",
            description = "cut solutions at the variant's stop texts first, as when they are generated")
    private boolean cut;

    @Override
    public Integer call() throws IOException {
        Gsm8kSolutions solutions = Gsm8kSolutions.of(ScoreReport.read(samples), variant, cut);
        ScoreReport report = new ScoreReport(session);
        report.document()
                .put("task", variant.task())
                .put("version", variant.version())
                .put("rules", "lm-eval " + ResultsFile.HARNESS_VERSION)
                .put("samples", samples.toString())
                .put("questions", solutions.questions())
                .put("limited", solutions.questions() < Gsm8kDataset.TEST_SIZE);
        report.document().putArray("own_filters").add(Gsm8kSolutions.ANSWER_LINE);
        report.solutions(solutions.scores(), Gsm8kDataset.TEST_SIZE);
        if (!session.json() && !solutions.scores().isEmpty()) {
            session.out().println(SolutionScore.label(solutions.questions(), Gsm8kDataset.TEST_SIZE));
        }
        return report.finish(solutions.problems(), !solutions.scores().isEmpty());
    }
}
