package io.finemesh.scheduler.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.id.Identifier;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.scheduler.lease.Lease;
import io.finemesh.scheduler.placement.PlacementBoard;
import io.finemesh.scheduler.placement.Trainer;
import io.finemesh.scheduler.placement.WaitingRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Placement's board as one entry for each trainer, lease, waiting request, closed run and departed trainer, so that a heartbeat writes one small entry. Keys are
 * {@code trainer/<id>}, {@code lease/<run>}, {@code waiting/<run>}, {@code closed/<run>} and {@code departed/<id>}; values are versioned JSON.
 */
public final class BoardStore {
    private static final int VERSION = 1;
    private static final String TRAINER = "trainer/";
    private static final String LEASE = "lease/";
    private static final String WAITING = "waiting/";
    private static final String CLOSED = "closed/";
    private static final String DEPARTED = "departed/";

    private final ObjectMapper mapper = StateMapper.create();

    /** Entries of a store while the board is read from them. */
    public final class Reading {
        private final Map<TrainerId, Trainer> trainers = new LinkedHashMap<>();
        private final Map<RunId, Lease> leases = new LinkedHashMap<>();
        private final Map<RunId, WaitingRequest> waiting = new LinkedHashMap<>();
        private final Map<RunId, PlacementBoard.Closed> closed = new LinkedHashMap<>();
        private final Map<TrainerId, PlacementBoard.Departed> departed = new LinkedHashMap<>();

        private Reading() {}

        /**
         * Takes one entry of the store.
         *
         * @throws UnreadableStateException when it is not one of a board
         */
        public void entry(String key, byte[] value) {
            if (key.startsWith(TRAINER)) {
                trainers.put(new TrainerId(key.substring(TRAINER.length())), read(key, value, Trainer.class));
            } else if (key.startsWith(LEASE)) {
                leases.put(new RunId(key.substring(LEASE.length())), read(key, value, Lease.class));
            } else if (key.startsWith(WAITING)) {
                waiting.put(new RunId(key.substring(WAITING.length())), read(key, value, WaitingRequest.class));
            } else if (key.startsWith(CLOSED)) {
                closed.put(new RunId(key.substring(CLOSED.length())), read(key, value, PlacementBoard.Closed.class));
            } else if (key.startsWith(DEPARTED)) {
                departed.put(
                        new TrainerId(key.substring(DEPARTED.length())),
                        read(key, value, PlacementBoard.Departed.class));
            } else {
                throw new UnreadableStateException("the placement board has an entry '" + key
                        + "', allowed: trainer/, lease/, waiting/, closed/ or departed/ and an id");
            }
        }

        /** The board of all entries taken. */
        public PlacementBoard board() {
            return new PlacementBoard(trainers, leases, waiting, closed, departed);
        }
    }

    /** Begins to read a board. */
    public Reading reading() {
        return new Reading();
    }

    /**
     * Writes what differs between two boards.
     *
     * @param put takes each key with its new value; null where the entry is gone
     */
    public void writeDifference(PlacementBoard before, PlacementBoard after, BiConsumer<String, byte[]> put) {
        difference(TRAINER, before.trainers(), after.trainers(), put);
        difference(LEASE, before.leases(), after.leases(), put);
        difference(WAITING, before.waiting(), after.waiting(), put);
        difference(CLOSED, before.closed(), after.closed(), put);
        difference(DEPARTED, before.departed(), after.departed(), put);
    }

    private <K extends Identifier, V> void difference(
            String prefix, Map<K, V> before, Map<K, V> after, BiConsumer<String, byte[]> put) {
        if (before.equals(after)) {
            return;
        }
        Function<K, String> key = id -> prefix + id.value();
        before.keySet().stream().filter(id -> !after.containsKey(id)).forEach(id -> put.accept(key.apply(id), null));
        after.forEach((id, value) -> {
            if (!value.equals(before.get(id))) {
                put.accept(key.apply(id), write(value));
            }
        });
    }

    private byte[] write(Object value) {
        ObjectNode root = mapper.createObjectNode();
        root.put("version", VERSION);
        root.set("is", mapper.valueToTree(value));
        try {
            return mapper.writeValueAsBytes(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a board entry that JSON cannot express: " + value, impossible);
        }
    }

    private <T> T read(String key, byte[] value, Class<T> type) {
        try {
            JsonNode root = mapper.readTree(value);
            int version = root.path("version").asInt(0);
            if (version != VERSION) {
                throw new UnreadableStateException(
                        "the placement board's entry " + key + " has version " + version + ", allowed: " + VERSION);
            }
            return mapper.treeToValue(StateMapper.content(root), type);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new UnreadableStateException(
                    "the placement board's entry " + key + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
