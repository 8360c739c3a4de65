package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.finemesh.cli.client.Gateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Options that every command has, and what they stand for. */
public final class Session {
    /** Done. */
    public static final int OK = 0;

    /** The answer is no: a run that failed, a file that is not valid. */
    public static final int NO = 1;

    /** The command line is wrong. */
    public static final int USAGE = 2;

    /** The gateway refused the request. */
    public static final int REFUSED = 3;

    /** The gateway does not answer. */
    public static final int UNREACHABLE = 4;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--gateway",
            scope = ScopeType.INHERIT,
            description = "base URL of the gateway (default: $FINEMESH_GATEWAY_URL, else http://127.0.0.1:7400)",
            paramLabel = "URL")
    URI gateway;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "print JSON, one document or one line an event")
    boolean json;

    private final ObjectMapper mapper = new ObjectMapper();

    Gateway open() {
        if (gateway != null) {
            return new Gateway(gateway);
        }
        String configured = System.getenv("FINEMESH_GATEWAY_URL");
        return new Gateway(URI.create(configured == null ? "http://127.0.0.1:7400" : configured));
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    boolean json() {
        return json;
    }

    /** Prints a document, indented. */
    void print(JsonNode document) {
        try {
            out().println(mapper.writer()
                    .with(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(document));
        } catch (IOException impossible) {
            throw new IllegalStateException("a JSON tree that cannot be written", impossible);
        }
    }

    /** Prints a document on one line. */
    void printLine(JsonNode document) {
        out().println(document);
        out().flush();
    }
}
