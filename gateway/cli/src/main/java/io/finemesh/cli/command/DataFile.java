package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.client.GatewayProblem;
import io.finemesh.cli.hub.Hub;
import io.finemesh.cli.hub.HubDataset;
import io.finemesh.cli.hub.HubSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that lie on this machine, a person's own or a hub's.
 *
 * @param paths where they lie: one file, or the parts of one data set in their order
 * @param source what the mesh keeps of where they come from
 * @param commit the hub's commit that they are of
 */
record DataFile(List<Path> paths, Optional<String> source, Optional<String> commit) {
    DataFile {
        paths = List.copyOf(paths);
    }

    /** A file of this machine. */
    static DataFile local(Path path) throws FileSystemException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        if (Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "is a directory; name a file with rows");
        }
        return new DataFile(List.of(path), Optional.empty(), Optional.empty());
    }

    /**
     * Fetches a hub's file or files, or takes those that were fetched before.
     *
     * @param environment names the hub and its token
     */
    static DataFile ofHub(String id, Map<String, String> environment) throws IOException {
        HubDataset dataset = HubDataset.parse(id);
        try (Hub hub = new Hub(HubSettings.of(environment))) {
            Hub.Fetched fetched = hub.fetch(dataset);
            return new DataFile(fetched.paths(), Optional.of(fetched.source()), Optional.of(fetched.commit()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("stopped while fetching " + id).initCause(stopped);
        }
    }

    /** A hub's id, or a file of this machine. */
    static DataFile of(String text, Map<String, String> environment) throws IOException {
        return HubDataset.isMeant(text) ? ofHub(text, environment) : local(Path.of(text));
    }

    /** Sends them as a version of a data set. */
    JsonNode upload(Gateway gateway, String name, Optional<String> format, Optional<String> layout)
            throws GatewayProblem, IOException {
        return gateway.post(
                "/v1/datasets?name=" + Gateway.encode(name)
                        + format.map(word -> "&format=" + Gateway.encode(word)).orElse("")
                        + layout.map(json -> "&layout=" + Gateway.encode(json)).orElse("")
                        + source.map(text -> "&source=" + Gateway.encode(text)).orElse(""),
                contentType(),
                body());
    }

    /** Sends them to a data set that grows, in one request. */
    JsonNode append(Gateway gateway, String name, Optional<String> format, Optional<String> heldOut)
            throws GatewayProblem, IOException {
        List<String> query = new ArrayList<>();
        format.ifPresent(word -> query.add("format=" + Gateway.encode(word)));
        heldOut.ifPresent(share -> query.add("held_out=" + Gateway.encode(share)));
        return gateway.post(
                "/v1/datasets/" + Gateway.encode(name) + "/records"
                        + (query.isEmpty() ? "" : "?" + String.join("&", query)),
                contentType(),
                body());
    }

    long bytes() throws IOException {
        long bytes = 0;
        for (Path path : paths) {
            bytes += Files.size(path);
        }
        return bytes;
    }

    private String contentType() {
        return paths.size() == 1 ? "application/x-ndjson" : "application/x-tar";
    }

    private BodyPublisher body() throws IOException {
        return paths.size() == 1 ? BodyPublishers.ofFile(paths.getFirst()) : PartsArchive.of(paths);
    }
}
