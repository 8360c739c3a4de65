package io.finemesh.workbench.update;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.finemesh.checkpoint.change.Comparison;
import io.finemesh.checkpoint.change.ReportJson;
import io.finemesh.checkpoint.change.ReportText;
import io.finemesh.checkpoint.change.TensorPairs;
import io.finemesh.checkpoint.change.UpdateReport;
import io.finemesh.engine.change.UpdateMeter;
import io.finemesh.engine.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code finemesh report --model}: what an update did to each tensor of a model on this machine. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = {
            "What an update did to each tensor: norms, effective rank, explained variance; did the weights change at all?",
            "EFFECTIVE RANK is exp of the entropy of the singular values over their sum; FOR 90 % is how many of the largest",
            "singular values make up 90 % of the sum of squares; FIRST is the share of the largest one.",
            "Of checkpoints in a mesh: finemesh report CHECKPOINT [--against BASE]."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the weights changed, and every tensor could be compared",
            "1:the weights did not change, or a tensor could not be compared",
            "2:the command line is wrong, or a file cannot be read"
        })
public final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "PATH",
            description = "after the update: a Hugging Face folder or a .safetensors file")
    private Path model;

    @Option(names = "--against", required = true, paramLabel = "PATH", description = "before the update")
    private Path against;

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "${env:OMP_NUM_THREADS:-2}",
            description = "threads of one operation (default: OMP_NUM_THREADS, else 2)")
    private int threads;

    @Override
    public Integer call() throws IOException {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1, found " + threads);
        }
        try (LocalModel base = LocalModel.open(against);
                LocalModel now = LocalModel.open(model)) {
            Backend.start(threads);
            UpdateReport report = new UpdateReport(
                    against.toString(),
                    model.toString(),
                    new Comparison(new UpdateMeter())
                            .compare(TensorPairs.of(base.side(), now.side()), base.source(), now.source()));
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? text(report) : ReportText.of(report));
            out.flush();
            return report.verdict() == UpdateReport.Verdict.CHANGED ? 0 : 1;
        }
    }

    private static String text(UpdateReport report) {
        try {
            return new ObjectMapper()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsString(ReportJson.of(report))
                    + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a report that JSON cannot express", impossible);
        }
    }
}
