package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits a specification; with {@code --watch} stays until the run ends. */
@Command(name = "run", description = "Submit a run specification.", mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(
            paramLabel = "SPEC",
            description =
                    "run specification: YAML, or JSON when the name ends in .json; data may be named by hub:OWNER/NAME[:SPLIT] or by path, and is uploaded first")
    private Path specification;

    @Option(names = "--watch", description = "follow the run until it ends; exit 1 unless it completes")
    private boolean watch;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "submitting again under the same key gives the same run")
    private Optional<String> key;

    @Override
    public Integer call() throws Exception {
        if (Files.isDirectory(specification)) {
            throw new FileSystemException(
                    specification.toString(), null, "is a directory; name the file with the run specification");
        }
        byte[] bytes = Files.readAllBytes(specification);
        boolean json = specification.toString().endsWith(".json");
        try (Gateway gateway = session.open()) {
            NamedData data = session.data(gateway);
            JsonNode accepted = gateway.submit(
                    json ? "application/json" : "application/yaml", SpecificationData.ofRun(bytes, json, data), key);
            String run = accepted.path("id").asText();
            if (watch) {
                if (!session.json()) {
                    session.out().println("run " + run);
                }
                return new Watching(session, gateway).follow(run);
            }
            if (session.json()) {
                session.print(accepted);
            } else {
                session.out().println(run);
            }
            return Session.OK;
        }
    }
}
