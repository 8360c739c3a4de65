package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.finemesh.cli.client.Gateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import picocli.CommandLine;
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

    /** The gateway, or a hub, refused the request. */
    public static final int REFUSED = 3;

    /** The gateway, or a hub, does not answer, or not as it should. */
    public static final int UNREACHABLE = 4;

    /** This machine has no room: its disk is full, or its memory. */
    public static final int NO_ROOM = 5;

    private static final String ADDRESS = "http or https, a host and a port, such as http://127.0.0.1:7400";

    private final Map<String, String> environment;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--gateway",
            scope = ScopeType.INHERIT,
            description = "base URL of the gateway (default: $FINEMESH_GATEWAY_URL, else http://127.0.0.1:7400)",
            paramLabel = "URL")
    String gateway;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "print JSON, one document or one line an event")
    boolean json;

    private final ObjectMapper mapper = new ObjectMapper();

    /** A session of this process. */
    public Session() {
        this(System.getenv());
    }

    /** @param environment names the gateway, a hub and its token */
    public Session(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    Map<String, String> environment() {
        return environment;
    }

    Gateway open() {
        if (gateway != null) {
            return new Gateway(address("--gateway", gateway));
        }
        String configured = environment.get("FINEMESH_GATEWAY_URL");
        return new Gateway(address("FINEMESH_GATEWAY_URL", configured == null ? "http://127.0.0.1:7400" : configured));
    }

    /** What is wrong is said without the address: a password may stand in it. */
    private URI address(String source, String text) {
        URI address;
        try {
            address = new URI(text);
        } catch (URISyntaxException malformed) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), source + " is no address; allowed: " + ADDRESS);
        }
        boolean web = "http".equalsIgnoreCase(address.getScheme()) || "https".equalsIgnoreCase(address.getScheme());
        if (!web || address.getHost() == null || address.getRawQuery() != null || address.getRawFragment() != null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), source + " is no address of a gateway; allowed: " + ADDRESS);
        }
        if (address.getRawUserInfo() != null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    source + " has a name or a password in it, which a gateway does not read; allowed: " + ADDRESS);
        }
        return address;
    }

    /** Data as it is named on the command line; what is uploaded is told beside the output. */
    NamedData data(Gateway gateway) {
        return new NamedData(gateway, err(), environment);
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
