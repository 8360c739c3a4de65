package io.finemesh.demo.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What the triggers of a policy said.
 *
 * @param at when, ISO 8601; tells one from another
 * @param run the run that it leads to; absent when it was held back
 * @param version what the run trains on
 * @param fromSlice first slice of the data set that is new
 * @param sentence why it fired, or why it waits
 * @param refused why no run could be made of it
 */
public record Firing(
        String at,
        Optional<String> run,
        Optional<String> version,
        int fromSlice,
        String sentence,
        Optional<String> refused) {
    static Firing of(JsonNode said) {
        boolean fired = said.path("what").asText().equals("fired");
        return new Firing(
                said.path("at").asText(),
                text(said.path("runId")),
                text(said.path("datasetVersion")),
                said.at("/why/fromSlice").asInt(),
                fired ? said.at("/why/sentence").asText() : said.path("reason").asText(),
                text(said.path("refused")));
    }

    static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }
}
