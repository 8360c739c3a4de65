package io.finemesh.workbench.parity;

import io.finemesh.engine.optim.moment.DeviceKernels;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.DevicePreference;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code finemesh parity}: compares the engine with numbers another implementation computed. */
@Command(
        name = "parity",
        mixinStandardHelpOptions = true,
        description = {
            "Compare the engine with expected numbers.",
            "Each folder holds a Hugging Face model and expected.json: T, batch (a formula), hyper, and any of loss, logits_*,",
            "logits_norm, grads, greedy_*, loss_METHOD and final_norms_METHOD. Errors are relative; allowed are 1e-5 for the loss",
            "and 1e-4 for logits, gradient norms, curves and final norms; greedy tokens must be the same."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything agrees",
            "1:something differs, or could not be checked",
            "2:the command line is wrong, or a file cannot be read"
        })
public final class ParityCommand implements Callable<Integer> {
    private static final int DEFAULT_THREADS = 2;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", arity = "0..*", description = "a folder with a model and expected.json")
    private List<Path> folders = new ArrayList<>();

    @Option(
            names = "--optimizers",
            paramLabel = "FILE",
            description =
                    "a file of expected updates: any of galore_adamw, galore_adamw_unprojected_*, torch_adamw_*, fira_adamw, badam, "
                            + "bnb_dynamic_map; errors are relative to each tensor's largest element, or to 1")
    private List<Path> optimizers = new ArrayList<>();

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "threads of one operation (default: OMP_NUM_THREADS, else " + DEFAULT_THREADS + ")")
    private Integer threads;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "${env:FINEMESH_DEVICE:-cpu}",
            description = "cpu, cuda, cuda:N or auto (default: FINEMESH_DEVICE, else cpu)")
    private String device;

    @Override
    public Integer call() {
        List<ParityCheck> checks = checks();
        if (checks.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "there is nothing to compare: name a folder, or a file with --optimizers");
        }
        try {
            DeviceKernels.start(Backend.start(threads(), DevicePreference.parse(device)));
        } catch (IllegalArgumentException | IllegalStateException unusable) {
            throw new ParameterException(spec.commandLine(), unusable.getMessage(), unusable);
        }
        List<ParityReport> reports = new ArrayList<>();
        PrintWriter out = spec.commandLine().getOut();
        for (ParityCheck check : checks) {
            ParityReport report = check.run();
            reports.add(report);
            if (!json) {
                out.println(ReportPrinter.table(report));
                out.flush();
            }
        }
        out.println(json ? ReportPrinter.json(reports) : ReportPrinter.summary(reports));
        out.flush();
        return reports.stream().allMatch(ParityReport::passes) ? 0 : 1;
    }

    private List<ParityCheck> checks() {
        List<ParityCheck> checks = new ArrayList<>();
        for (Path folder : folders) {
            for (String needed : List.of("config.json", "expected.json")) {
                if (!Files.isReadable(folder.resolve(needed))) {
                    throw new ParameterException(
                            spec.commandLine(),
                            folder + " has no readable " + needed + "; name a folder that holds "
                                    + "a Hugging Face model and expected.json");
                }
            }
            checks.add(new FolderParity(folder));
        }
        for (Path file : optimizers) {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new ParameterException(
                        spec.commandLine(), file + " cannot be read; name a JSON file of expected updates");
            }
            checks.add(new OptimizerParity(file));
        }
        return checks;
    }

    private int threads() {
        if (threads != null) {
            if (threads < 1) {
                throw new ParameterException(spec.commandLine(), "--threads must be at least 1, found " + threads);
            }
            return threads;
        }
        String said = System.getenv().getOrDefault("OMP_NUM_THREADS", "");
        return said.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(said) : DEFAULT_THREADS;
    }
}
