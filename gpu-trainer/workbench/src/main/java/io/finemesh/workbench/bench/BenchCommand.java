package io.finemesh.workbench.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.engine.tensor.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code finemesh bench}: useful tokens per second, peak memory and time per phase of whole optimizer steps, beside a Python peer where one is given. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures whole optimizer steps on random weights: useful tokens/s, peak memory, time per phase.",
            "With --against python=PATH the Python peer trains the same shape on the same samples, turn by turn with the engine, each in a process of its"
                    + " own: Hugging Face transformers with PyTorch's fused AdamW, or with the badam or galore_torch package for these methods."
        },
        footer = {
            "",
            "Examples:",
            "  finemesh bench --shape bench-32m --method adamw --method badam",
            "  finemesh bench --shape bench-32m --method badam --data mixed --against python=venv/bin/python --rounds 3"
        })
public final class BenchCommand implements Callable<Integer> {
    private static final String PYTHON = "python";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--shape",
            defaultValue = "bench-32m",
            paramLabel = "NAME|DIR",
            description =
                    "bench-8m, bench-32m (hidden 512, 8 layers, vocabulary 8,192), bench-110m (768, 12, 32,000), or a Hugging Face directory"
                            + " whose config.json is taken (default: ${DEFAULT-VALUE})")
    private String shape;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            description = "may be given several times; one of ${COMPLETION-CANDIDATES} (default: all)")
    private List<BenchMethod> methods = new ArrayList<>();

    @Option(
            names = "--data",
            defaultValue = "FULL",
            description = "lengths of samples: full (all equal) or mixed (as in instruction data) (default: full)")
    private Workload.Kind data;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description = "of the weights at rest: fp32 or bf16 (default: fp32)")
    private Precision precision;

    @Option(names = "--batch-size", defaultValue = "4", description = "samples of a step (default: ${DEFAULT-VALUE})")
    private int batchSize;

    @Option(
            names = "--length",
            defaultValue = "256",
            description = "tokens of a sample, of the longest with mixed lengths (default: ${DEFAULT-VALUE})")
    private int length;

    @Option(
            names = "--steps",
            defaultValue = "16",
            description =
                    "measured, after two that are not; for BAdam at least one visit of every block (default: ${DEFAULT-VALUE})")
    private int steps;

    @Option(
            names = "--switch-interval",
            defaultValue = "2",
            description = "BAdam's steps per block (default: ${DEFAULT-VALUE})")
    private int switchInterval;

    @Option(names = "--rank", defaultValue = "128", description = "GaLore's rank (default: ${DEFAULT-VALUE})")
    private int rank;

    @Option(names = "--rounds", defaultValue = "3", description = "medians are taken over (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--threads", defaultValue = "2", description = "of arithmetic (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(
            names = "--generate",
            paramLabel = "TOKENS",
            description =
                    "measure writing instead of training: --batch-size prompts of --length tokens are continued together by so many each")
    private Integer newTokens;

    @Option(
            names = "--activations",
            defaultValue = "BUDGET",
            description =
                    "what is kept for the backward pass: budget (the engine up to 1 GiB, the peer all), keep (both all) or recompute (both layer inputs only; the peer by gradient checkpointing) (default: budget)")
    private Activations activations;

    @Option(
            names = "--device",
            defaultValue = "${env:FINEMESH_DEVICE:-cpu}",
            description =
                    "cpu, cuda or cuda:N, for the engine and the peer alike; memory is then the device's (default: FINEMESH_DEVICE, else cpu)")
    private String device;

    @Option(names = "--seed", defaultValue = "1", description = "of mixed lengths (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--against",
            paramLabel = "python=PATH",
            description =
                    "a Python interpreter that can import torch and transformers (and badam, galore_torch for these methods)")
    private Map<String, Path> against = Map.of();

    @Option(names = "--json", description = "print every round as JSON")
    private boolean json;

    /** Made by the command line's parser. */
    public BenchCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<Path> python = python();
        List<BenchCase> cases = cases();
        PrintWriter out = spec.commandLine().getOut();
        if (newTokens != null) {
            out.println(generation());
            out.flush();
            return 0;
        }
        List<Map<String, Object>> properties = new ArrayList<>();
        for (BenchCase wanted : cases) {
            BenchReport report = measure(wanted, python);
            properties.add(report.properties());
            if (!json) {
                report.lines().forEach(out::println);
                out.flush();
            }
        }
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(properties));
            out.flush();
        }
        return 0;
    }

    private String generation() throws IOException {
        GenerationBench bench = new GenerationBench(
                BenchShape.of(shape), precision, batchSize, length, newTokens, rounds, threads, device);
        return bench.line(bench.measure());
    }

    private BenchReport measure(BenchCase wanted, Optional<Path> python) throws IOException, InterruptedException {
        List<Measurement> engine = new ArrayList<>();
        List<Measurement> peer = new ArrayList<>();
        PrintWriter progress = spec.commandLine().getErr();
        for (int round = 1; round <= rounds; round++) {
            progress.printf(Locale.ROOT, "%s: round %d of %d%n", wanted.label(), round, rounds);
            progress.flush();
            engine.add(EngineProcess.measure(wanted));
            if (python.isPresent()) {
                peer.add(PeerProcess.measure(python.get(), wanted));
            }
        }
        return new BenchReport(wanted.label(), engine, peer);
    }

    private List<BenchCase> cases() throws IOException {
        BenchShape model = BenchShape.of(shape);
        List<String> problems = new ArrayList<>();
        require(problems, "--batch-size", batchSize, 1);
        require(problems, "--length", length, 2);
        require(problems, "--steps", steps, 1);
        require(problems, "--switch-interval", switchInterval, 1);
        require(problems, "--rank", rank, 1);
        require(problems, "--rounds", rounds, 1);
        require(problems, "--threads", threads, 1);
        int positions = Math.toIntExact(model.configuration().maxPositions());
        if (length > positions) {
            problems.add("--length " + length + " is longer than the model's " + positions + " positions");
        }
        if (newTokens != null) {
            require(problems, "--generate", newTokens, 2);
            if (length + newTokens > positions) {
                problems.add("--length " + length + " and --generate " + newTokens
                        + " are together more than the model's " + positions + " positions");
            }
            if (!against.isEmpty() || json) {
                problems.add("--generate measures the engine alone and prints a line: leave out --against and --json");
            }
        }
        if (!device.matches("cpu|cuda(:[0-9]{1,2})?")) {
            problems.add("--device must be cpu, cuda or cuda:N, which the peer knows too; got '" + device + "'");
        }
        if (!problems.isEmpty()) {
            throw new ParameterException(spec.commandLine(), String.join("\n", problems));
        }
        int layers = Math.toIntExact(model.configuration().layerCount());
        List<BenchCase> cases = new ArrayList<>();
        for (BenchMethod method : methods.isEmpty() ? List.of(BenchMethod.values()) : methods) {
            int measured =
                    switch (method) {
                        case ADAMW, GALORE -> steps;
                        case BADAM -> Math.max(steps, layers * switchInterval);
                    };
            cases.add(new BenchCase(
                    model,
                    method,
                    precision,
                    new Workload(data, batchSize, length, seed),
                    measured,
                    switchInterval,
                    rank,
                    threads,
                    activations,
                    device));
        }
        return cases;
    }

    private static void require(List<String> problems, String option, int value, int least) {
        if (value < least) {
            problems.add(option + " must be at least " + least + ", got " + value);
        }
    }

    private Optional<Path> python() {
        for (Map.Entry<String, Path> peer : against.entrySet()) {
            if (!peer.getKey().equals(PYTHON)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--against knows python=PATH only, got " + peer.getKey() + "=" + peer.getValue());
            }
            if (!Files.isExecutable(peer.getValue())) {
                throw new ParameterException(spec.commandLine(), "there is no program at " + peer.getValue());
            }
        }
        return Optional.ofNullable(against.get(PYTHON));
    }
}
