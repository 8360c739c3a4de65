package io.finemesh.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Scores outputs that were made elsewhere, without a mesh. */
@Command(
        name = "score",
        description =
                "Score outputs that were made elsewhere. Exit 1 when a row cannot be used; the figures are then over the others.",
        mixinStandardHelpOptions = true,
        subcommands = {ScoreGsm8kCommand.class, ScoreMtBenchCommand.class, ScoreMathCommand.class})
public final class ScoreCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what is to be scored: gsm8k, mt-bench or hendrycks-math");
    }
}
