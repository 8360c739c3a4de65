package io.finemesh.cli.planning;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.plan.memory.BatchShape;
import io.finemesh.plan.memory.FloatFormat;
import io.finemesh.plan.memory.MemoryPlan;
import io.finemesh.plan.memory.MethodShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Everything {@code finemesh plan} can be told, as written. */
public final class PlanOptions {
    private static final int MOST_TOKENS = 1 << 20;
    private static final int MOST_SAMPLES = 1 << 15;
    private static final int USUAL_CUTOFF = 2048;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "a Hugging Face directory, or its config.json; weights are not read")
    private Path model;

    @Mixin
    private MethodOptions method;

    @Option(names = "--precision", description = "bf16 (default) or fp32: how weights are stored")
    private String precision;

    @Option(names = "--micro-batch", description = "samples computed at once (default 1)")
    private String microBatch;

    @Option(names = "--cutoff", description = "longest sample in tokens (default 2048)")
    private String cutoff;

    @Option(names = "--budget", paramLabel = "SIZE", description = "memory there is, such as 8GB: says what would fit")
    private String budget;

    /** A request, or everything that is wrong. */
    public sealed interface Reading {
        /** It can be answered. */
        record Understood(PlanRequest request) implements Reading {}

        /** It cannot. */
        record Refused(List<Problem> problems) implements Reading {
            public Refused {
                problems = List.copyOf(problems);
            }
        }
    }

    /**
     * Reads the options.
     *
     * @throws IOException if the configuration cannot be read at all
     */
    public Reading read() throws IOException {
        OptionReader reader = new OptionReader();
        MethodShape shape = method.read(reader);
        FloatFormat weights = reader.choice("--precision", precision, FloatFormat.class, FloatFormat.BF16);
        int samples = reader.whole("--micro-batch", microBatch, 1, MOST_SAMPLES, 1);
        int tokens = reader.whole("--cutoff", cutoff, 1, MOST_TOKENS, USUAL_CUTOFF);
        if ((long) samples * tokens > MOST_TOKENS) {
            reader.add(
                    "--micro-batch",
                    samples + " samples of " + tokens + " tokens",
                    "at most " + MOST_TOKENS + " tokens at once; lower --micro-batch or --cutoff");
            samples = 1;
        }
        OptionalLong available = reader.bytes("--budget", budget);
        Optional<ModelConfiguration> configuration = configuration(reader);
        if (configuration.isEmpty()) {
            return new Reading.Refused(reader.problems());
        }
        MemoryPlan plan =
                new MemoryPlan(configuration.get(), shape, weights, BatchShape.ofMicroBatches(samples, 1, tokens));
        reader.addAll(plan.problems());
        return reader.problems().isEmpty()
                ? new Reading.Understood(new PlanRequest(plan, available, tokens))
                : new Reading.Refused(reader.problems());
    }

    private Optional<ModelConfiguration> configuration(OptionReader reader) throws IOException {
        Path file = Files.isDirectory(model) ? model.resolve("config.json") : model;
        try {
            return Optional.of(ModelConfiguration.parse(Files.readAllBytes(file)));
        } catch (ModelConfigurationException refused) {
            reader.addAll(refused.problems());
            return Optional.empty();
        }
    }
}
