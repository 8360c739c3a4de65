package io.finemesh.gateway.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.json.WireMapper;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;

/** JSON of answers: absent values are left out, times are ISO 8601. */
@Singleton
public class JsonMapping implements ObjectMapperCustomizer {
    @Override
    public void customize(ObjectMapper mapper) {
        WireMapper.configure(mapper).setDefaultPropertyInclusion(JsonInclude.Include.NON_ABSENT);
    }

    /** A configuration file as JSON; empty when it is none. */
    static Optional<JsonNode> parsed(ObjectMapper mapper, String json) {
        try {
            return Optional.ofNullable(mapper.readTree(json));
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }
}
