package io.finemesh.store.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import java.io.IOException;
import java.io.InputStream;

/** Request bodies that are small JSON objects. */
final class JsonBody {
    private static final int MOST_BYTES = 8 * 1024 * 1024;
    private static final ObjectMapper MAPPER = WireMapper.create();

    private JsonBody() {}

    /**
     * Reads one object.
     *
     * @throws RefusalException if the body is too large, not strict JSON, or not of the type
     */
    static <T> T read(InputStream body, Class<T> type) {
        byte[] bytes = bytes(body, MOST_BYTES);
        try {
            StrictJson.object(bytes);
            return MAPPER.readValue(bytes, type);
        } catch (JsonException malformed) {
            throw new RefusalException(Kind.MALFORMED, "the body is " + malformed.getMessage());
        } catch (JsonProcessingException mismatch) {
            throw new RefusalException(
                    Kind.MALFORMED, "the body is not a " + type.getSimpleName() + ": " + StrictJson.oneLine(mismatch));
        } catch (IOException cannotHappen) {
            // Cannot happen because the bytes are in memory.
            throw new IllegalStateException(cannotHappen);
        }
    }

    /** Reads a body that must not be longer. */
    static byte[] bytes(InputStream body, int mostBytes) {
        byte[] bytes;
        try {
            bytes = body.readNBytes(mostBytes + 1);
        } catch (IOException lost) {
            throw new RefusalException(Kind.MALFORMED, "the body was cut off: " + lost.getMessage());
        }
        if (bytes.length > mostBytes) {
            throw new RefusalException(Kind.TOO_LARGE, "the body has more than " + mostBytes + " bytes");
        }
        return bytes;
    }
}
