package io.finemesh.scheduler.journal;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.json.WireMapper;

/** The contract's JSON mapping, but an unknown field is an error: nobody else writes states. */
final class StateMapper {
    private StateMapper() {}

    static ObjectMapper create() {
        return WireMapper.create().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    /** What a versioned value holds. */
    static JsonNode content(JsonNode root) {
        JsonNode content = root.path("is");
        if (!content.isObject()) {
            throw new IllegalArgumentException("it has " + content.getNodeType() + " for 'is', allowed: an object");
        }
        return content;
    }
}
