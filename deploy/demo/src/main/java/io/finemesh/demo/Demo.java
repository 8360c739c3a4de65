package io.finemesh.demo;

import io.finemesh.demo.client.GatewayClient;
import io.finemesh.demo.client.GatewayException;
import io.finemesh.demo.client.ProblemTopic;
import io.finemesh.demo.client.RunOutcome;
import io.finemesh.demo.problem.ProblemFamily;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Trains a small model from nothing with AdamW, then teaches it another family of problems with BAdam, all through the gateway of a
 * running mesh, and prints what it could do before and after. Exit code 0 when both runs learned what they should, 1 when not, 2 when the mesh
 * cannot be reached or refuses.
 */
public final class Demo {
    /** Exact match that a run must reach on problems it never saw. */
    private static final double REQUIRED_EXACT_MATCH = 0.60;

    /** Exact match that a model may have before it is taught. */
    private static final double ALLOWED_BEFORE = 0.10;

    private static final String CONTINUOUS = "--continuous";
    private static final long SEED = 20260101L;

    private final GatewayClient gateway;
    private final URI gatewayUrl;
    private final Path directory;
    private final PrintStream out;
    private final Clock clock;

    Demo(URI gatewayUrl, Path directory, PrintStream out, Clock clock) {
        this.gateway = new GatewayClient(gatewayUrl);
        this.gatewayUrl = gatewayUrl;
        this.directory = directory;
        this.out = out;
        this.clock = clock;
    }

    /**
     * Entry point.
     *
     * @param arguments {@code --continuous} for {@link ContinuousDemo}; gateway URL and working directory, which both have defaults
     */
    public static void main(String[] arguments) {
        // Kafka's client logs through SLF4J, and here nobody listens; that is as it should be.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.exit(run(List.of(arguments), System.getenv(), System.out, Clock.systemUTC()));
    }

    static int run(List<String> arguments, Map<String, String> environment, PrintStream out, Clock clock) {
        List<String> places =
                arguments.stream().filter(word -> !word.startsWith("-")).toList();
        List<String> options =
                arguments.stream().filter(word -> word.startsWith("-")).toList();
        if (places.size() > 2 || !List.of(CONTINUOUS).containsAll(options)) {
            out.printf(
                    "The demo was given %s; allowed: %s, --keep and --fresh, then the gateway's URL and a folder for its files%n",
                    String.join(" ", arguments), CONTINUOUS);
            return 2;
        }
        URI gateway = URI.create(
                places.isEmpty()
                        ? environment.getOrDefault("FINEMESH_GATEWAY_URL", "http://127.0.0.1:7400")
                        : places.getFirst());
        Path home = Path.of(environment.getOrDefault("FINEMESH_HOME", ".finemesh"));
        Path directory = places.size() > 1 ? Path.of(places.get(1)) : home.resolve("demo");
        if (options.isEmpty()) {
            return new Demo(gateway, directory, out, clock).run();
        }
        try {
            String broker = BrokerAddress.find(environment, home);
            return ContinuousDemo.run(gateway, topic -> ProblemTopic.open(broker, topic), directory, SEED, out, clock);
        } catch (IOException unknown) {
            out.println("The demo does not know where to stream problems to: " + unknown.getMessage());
            return 2;
        }
    }

    int run() {
        Instant start = clock.instant();
        try (gateway) {
            DemoFiles files = DemoFiles.write(directory, SEED);
            out.printf(
                    "%nMade %d problems, a tokenizer of %d tokens and a random Llama of %,d parameters in %s%n",
                    files.problems(), files.vocabularySize(), files.parameters(), directory);
            String root = gateway.importModel("demo-random", files.modelDirectory());
            for (ProblemFamily family : ProblemFamily.values()) {
                gateway.uploadDataset(DemoFiles.trainingName(family), files.training(family));
                gateway.uploadDataset(DemoFiles.heldOutName(family), files.heldOut(family));
            }

            RunOutcome first = train("AdamW from scratch on sums", files.specification(DemoFiles.FIRST_RUN, root));
            if (!first.phase().equals("completed")) {
                return report(List.of(first), start);
            }
            RunOutcome second = train(
                    "BAdam on comparisons",
                    files.specification(DemoFiles.SECOND_RUN, first.checkpoint().orElseThrow()));
            return report(List.of(first, second), start);
        } catch (GatewayException refused) {
            out.println("\nThe demo cannot go on: " + refused.getMessage());
            return 2;
        } catch (IOException unwritable) {
            out.println("\nThe demo cannot write its files in " + directory + ": " + unwritable.getMessage());
            return 2;
        }
    }

    private RunOutcome train(String title, String specification) throws GatewayException {
        String run = gateway.submit(specification);
        out.printf("%n%s: run %s (watch it at %s)%n", title, run, gatewayUrl);
        ProgressLine line = new ProgressLine(out, System.console() != null, () -> "  ");
        gateway.follow(run, line::show);
        line.end();
        return gateway.outcome(run);
    }

    private int report(List<RunOutcome> runs, Instant start) {
        out.println();
        new ScoreTable(runs).print(out);
        out.println();
        for (RunOutcome run : runs) {
            run.checkpoint().ifPresent(checkpoint -> out.printf("%s gave %s%n", run.id(), checkpoint));
            run.failure().ifPresent(reason -> out.printf("%s ended as %s: %s%n", run.id(), run.phase(), reason));
        }
        RunOutcome last = runs.getLast();
        last.checkpoint().ifPresent(checkpoint -> out.printf("""

                        Checkpoints are safetensors objects and manifests in the mesh's object storage. Take one out as a Hugging Face directory:
                            ./finemesh export %s my-model
                        and load it with transformers:
                            AutoModelForCausalLM.from_pretrained("my-model")
                        """, checkpoint));
        out.printf(
                "%nThe demo took %d s on a running mesh.%n",
                Duration.between(start, clock.instant()).toSeconds());
        boolean learned = runs.size() == 2
                && runs.stream()
                        .allMatch(run -> run.phase().equals("completed")
                                && run.before("exact_match").orElse(1.0) < ALLOWED_BEFORE
                                && run.after("exact_match").orElse(0.0) >= REQUIRED_EXACT_MATCH);
        if (!learned) {
            out.printf(
                    "Not as it should be: exact match must rise from under %.0f %% to at least %.0f %% in both runs.%n",
                    100 * ALLOWED_BEFORE, 100 * REQUIRED_EXACT_MATCH);
        }
        return learned ? 0 : 1;
    }
}
