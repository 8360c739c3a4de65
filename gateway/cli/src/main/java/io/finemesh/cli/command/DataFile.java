package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.client.GatewayProblem;
import io.finemesh.cli.hub.Hub;
import io.finemesh.cli.hub.HubDataset;
import io.finemesh.cli.hub.HubSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that lie on this machine, a person's own or a hub's.
 *
 * @param path where they lie
 * @param source what the mesh keeps of where they come from
 */
record DataFile(Path path, Optional<String> source) {
    static DataFile local(Path path) {
        return new DataFile(path, Optional.empty());
    }

    /**
     * Fetches a hub's file, or takes the one that was fetched before.
     *
     * @param environment names the hub and its token
     */
    static DataFile ofHub(String id, Map<String, String> environment) throws IOException {
        HubDataset dataset = HubDataset.parse(id);
        try (Hub hub = new Hub(HubSettings.of(environment))) {
            Hub.Fetched fetched = hub.fetch(dataset);
            return new DataFile(fetched.path(), Optional.of(fetched.source()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("stopped while fetching " + id).initCause(stopped);
        }
    }

    /** Sends them as a version of a data set. */
    JsonNode upload(Gateway gateway, String name, Optional<String> format, Optional<String> layout)
            throws GatewayProblem, IOException {
        return gateway.post(
                "/v1/datasets?name=" + Gateway.encode(name)
                        + format.map(word -> "&format=" + Gateway.encode(word)).orElse("")
                        + layout.map(json -> "&layout=" + Gateway.encode(json)).orElse("")
                        + source.map(text -> "&source=" + Gateway.encode(text)).orElse(""),
                "application/x-ndjson",
                BodyPublishers.ofFile(path));
    }

    /**
     * What a person names as a task's data: a data set of the mesh, a hub's id, or a file here. The latter two are uploaded first.
     *
     * @param documents whether rows are kept as they are
     * @return the data set, or the version that has the rows
     */
    static String named(Gateway gateway, String text, boolean documents) throws GatewayProblem, IOException {
        Optional<String> format = documents ? Optional.of("documents") : Optional.empty();
        if (HubDataset.isMeant(text)) {
            String name = HubDataset.parse(text).meshName();
            return ofHub(text, System.getenv())
                    .upload(gateway, name, format, Optional.empty())
                    .path("version")
                    .asText();
        }
        Path file = Path.of(text);
        if (text.indexOf('/') < 0 && text.indexOf(java.io.File.separatorChar) < 0 || !Files.isRegularFile(file)) {
            return text;
        }
        String name = String.valueOf(file.getFileName())
                .replaceFirst("\\.[A-Za-z]+$", "")
                .replaceAll("[^A-Za-z0-9._-]", "-");
        return local(file)
                .upload(gateway, name, format, Optional.empty())
                .path("version")
                .asText();
    }
}
