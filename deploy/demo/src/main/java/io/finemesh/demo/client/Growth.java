package io.finemesh.demo.client;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How far a data set has grown.
 *
 * @param version its newest version
 * @param slice number of the slice that the version added
 * @param added rows of that slice
 * @param samples rows of all slices
 */
public record Growth(String version, int slice, long added, long samples) {
    static Growth of(JsonNode dataset) {
        return new Growth(
                dataset.path("version").asText(),
                dataset.at("/growth/slice").asInt(),
                dataset.at("/growth/samples").asLong(),
                dataset.path("samples").asLong());
    }
}
