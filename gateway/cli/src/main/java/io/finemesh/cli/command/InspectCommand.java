package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.inspection.Inspection;
import io.finemesh.cli.display.Quantity;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Judges a safetensors file or a Hugging Face directory, without a mesh. */
@Command(
        name = "inspect",
        description = "Is this safetensors file or Hugging Face directory valid, and what is in it? Exit 0 or 1.",
        mixinStandardHelpOptions = true)
public final class InspectCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(paramLabel = "PATH", description = "a .safetensors file or a directory")
    private Path path;

    @Override
    public Integer call() {
        Inspection inspection = Inspection.of(path);
        if (session.json()) {
            session.print(document(inspection));
        } else {
            session.out().println(inspection.verdict());
            if (inspection instanceof Inspection.Valid valid) {
                summary(session.out(), valid.contents());
            }
        }
        return inspection instanceof Inspection.Valid ? Session.OK : Session.NO;
    }

    private static void summary(PrintWriter out, Inspection.Contents contents) {
        contents.configuration()
                .ifPresent(model -> out.printf(
                        "model       %s, %d layers, hidden %d, vocabulary %d%n",
                        model.modelType(), model.layerCount(), model.hiddenSize(), model.vocabularySize()));
        out.printf(
                "tensors     %d, %s parameters, %s%n",
                contents.tensorCount(),
                Quantity.count(contents.parameterCount()),
                Quantity.bytes(contents.tensorBytes()));
        out.printf("types       %s%n", contents.elementsByDtype());
        contents.notes().forEach(note -> out.println("note        " + note));
    }

    private static ObjectNode document(Inspection inspection) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        switch (inspection) {
            case Inspection.Invalid invalid -> document.put("valid", false).put("reason", invalid.reason());
            case Inspection.Valid valid -> {
                Inspection.Contents contents = valid.contents();
                document.put("valid", true)
                        .put("tensors", contents.tensorCount())
                        .put("parameters", contents.parameterCount())
                        .put("bytes", contents.tensorBytes());
                contents.elementsByDtype().forEach((dtype, count) -> document.withObject("/elementsByDtype")
                        .put(dtype.toString(), count));
                contents.configuration().ifPresent(model -> document.put("modelType", model.modelType()));
                contents.notes().forEach(note -> document.withArray("/notes").add(note));
            }
        }
        return document;
    }
}
