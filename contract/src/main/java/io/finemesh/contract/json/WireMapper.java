package io.finemesh.contract.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.FireId;
import io.finemesh.contract.id.Identifier;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import java.io.IOException;
import java.util.function.Function;

/**
 * The one JSON mapping of contract types, for topics and for HTTP between services: identifiers are strings, times are ISO 8601, a
 * missing required field is an error, an unknown field is ignored so that fields can be added.
 */
public final class WireMapper {
    private WireMapper() {}

    /** A new mapper; immutable use is thread-safe. */
    public static ObjectMapper create() {
        return configure(new JsonMapper());
    }

    /** Teaches an existing mapper the contract's types. */
    public static ObjectMapper configure(ObjectMapper mapper) {
        return mapper.registerModule(new Jdk8Module())
                .registerModule(new JavaTimeModule())
                .registerModule(identifiers())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
    }

    private static SimpleModule identifiers() {
        SimpleModule module = new SimpleModule("finemesh-identifiers");
        module.addSerializer(new IdentifierSerializer());
        identifier(module, RunId.class, RunId::new);
        identifier(module, TrainerId.class, TrainerId::new);
        identifier(module, TrainerIncarnation.class, TrainerIncarnation::new);
        identifier(module, CheckpointId.class, CheckpointId::new);
        identifier(module, DatasetVersion.class, DatasetVersion::new);
        identifier(module, EvaluationId.class, EvaluationId::new);
        identifier(module, EventId.class, EventId::new);
        identifier(module, FireId.class, FireId::new);
        identifier(module, BlobDigest.class, BlobDigest::new);
        return module;
    }

    private static <T extends Identifier> void identifier(
            SimpleModule module, Class<T> type, Function<String, T> constructor) {
        module.addDeserializer(type, new IdentifierDeserializer<>(type, constructor));
    }

    private static final class IdentifierSerializer extends StdSerializer<Identifier> {
        private static final long serialVersionUID = 1L;

        IdentifierSerializer() {
            super(Identifier.class);
        }

        @Override
        public void serialize(Identifier identifier, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            generator.writeString(identifier.value());
        }
    }

    private static final class IdentifierDeserializer<T extends Identifier> extends StdDeserializer<T> {
        private static final long serialVersionUID = 1L;
        private final transient Function<String, T> constructor;

        IdentifierDeserializer(Class<T> type, Function<String, T> constructor) {
            super(type);
            this.constructor = constructor;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = parser.getValueAsString();
            try {
                return constructor.apply(text);
            } catch (IllegalArgumentException refused) {
                throw context.weirdStringException(text, handledType(), refused.getMessage());
            }
        }
    }
}
