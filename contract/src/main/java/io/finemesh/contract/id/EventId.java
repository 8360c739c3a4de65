package io.finemesh.contract.id;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Identity of one message; equal ids mean the same message delivered again. */
public record EventId(String value) implements Identifier {
    public EventId {
        Identifier.requireReadable("EventId", value);
    }

    /**
     * Identity of the {@code ordinal}-th message that one input causes. Deciding the same input again gives the same
     * ids, so that a consumer can drop what a retry repeats.
     */
    public static EventId derived(EventId cause, String purpose, int ordinal) {
        String name = cause.value() + '|' + purpose + '|' + ordinal;
        return new EventId(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    }

    @Override
    public String toString() {
        return value;
    }
}
