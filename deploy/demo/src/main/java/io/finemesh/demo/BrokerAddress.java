package io.finemesh.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where the Kafka broker of the mesh is: the running mesh says so in its home, as it says where its gateway is. */
final class BrokerAddress {
    static final String VARIABLE = "FINEMESH_KAFKA";

    private BrokerAddress() {}

    /**
     * Finds it.
     *
     * @param environment may name a broker, for a mesh that runs elsewhere
     * @param home the mesh's home
     * @throws IOException saying what was looked at and what to do
     */
    static String find(Map<String, String> environment, Path home) throws IOException {
        String named = environment.getOrDefault(VARIABLE, "");
        if (!named.isBlank()) {
            return named;
        }
        Path report = home.resolve("mesh.json");
        String address = Files.exists(report)
                ? new ObjectMapper()
                        .readTree(Files.readAllBytes(report))
                        .path("kafka")
                        .asText("")
                : "";
        if (address.isEmpty()) {
            throw new IOException(
                    report + (Files.exists(report) ? " names no broker" : " is not there: no mesh runs in this home")
                            + "; start one with ./finemesh up, or set " + VARIABLE
                            + " to the broker of the mesh that runs elsewhere");
        }
        return address;
    }
}
