package io.finemesh.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@code dataset_info.json} of LLaMA-Factory: what the columns and tags of data sets are called.
 *
 * @param path of the file, for messages
 * @param entries by name
 */
record DatasetInfo(Path path, ObjectNode entries) {
    static DatasetInfo read(Path path) throws IOException {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(Files.readString(path));
        } catch (JsonProcessingException malformed) {
            throw new IOException(path + " is not JSON: " + malformed.getOriginalMessage(), malformed);
        }
        if (json instanceof ObjectNode entries) {
            return new DatasetInfo(path, entries);
        }
        throw new IOException(path + " is not a dataset_info.json: an object with an entry for each data set");
    }

    /**
     * The entry of a data set as JSON, without what says where its file is.
     *
     * @param asked name of the entry; else that of the data set, else the one that names the file
     * @throws IOException if there is none
     */
    String entry(Optional<String> asked, String dataset, Path file) throws IOException {
        String name = asked.orElseGet(
                () -> entries.has(dataset) ? dataset : naming(file).orElse(dataset));
        if (!(entries.get(name) instanceof ObjectNode entry)) {
            List<String> names = new ArrayList<>();
            entries.fieldNames().forEachRemaining(names::add);
            throw new IOException(path + " has no entry '" + name + "'; it has " + String.join(", ", names)
                    + "; name one with --entry");
        }
        ObjectNode layout = entry.objectNode();
        for (String field : List.of("formatting", "ranking", "columns", "tags")) {
            if (entry.has(field)) {
                layout.set(field, entry.get(field));
            }
        }
        return layout.toString();
    }

    private Optional<String> naming(Path file) {
        return entries.properties().stream()
                .filter(entry -> entry.getValue().path("file_name").asText().equals(String.valueOf(file.getFileName())))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
