package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.cli.client.Gateway;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a checkpoint out of the mesh into a new directory that transformers loads. */
@Command(
        name = "export",
        description = "Write a checkpoint as a Hugging Face directory.",
        mixinStandardHelpOptions = true)
public final class ExportCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "checkpoint id")
    private String checkpoint;

    @Parameters(index = "1", paramLabel = "DIR", description = "directory to make; it must not exist")
    private Path directory;

    @Option(
            names = "--adapter",
            description = "write the adapters of a run with lora for PEFT instead of the merged model")
    private boolean adapter;

    @Override
    public Integer call() throws Exception {
        if (Files.exists(directory)) {
            throw new FileAlreadyExistsException(directory.toString());
        }
        try (Gateway gateway = session.open();
                InputStream tar = gateway.download("/v1/checkpoints/" + Gateway.encode(checkpoint) + "/export"
                        + (adapter ? "?adapter=true" : ""))) {
            List<Path> files = TarFile.unpack(tar, directory);
            if (session.json()) {
                ObjectNode answer = new ObjectMapper().createObjectNode();
                answer.put("checkpoint", checkpoint).put("directory", directory.toString());
                files.forEach(file ->
                        answer.withArray("/files").add(file.getFileName().toString()));
                session.print(answer);
            } else {
                session.out().println("wrote " + files.size() + " files to " + directory);
            }
            return Session.OK;
        }
    }
}
