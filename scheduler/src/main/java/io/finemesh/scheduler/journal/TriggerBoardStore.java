package io.finemesh.scheduler.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.scheduler.trigger.DatasetFacts;
import io.finemesh.scheduler.trigger.PolicyState;
import io.finemesh.scheduler.trigger.TriggerBoard;
import io.finemesh.scheduler.trigger.TriggerBoard.FirstScores;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The triggers' board as one entry for each policy, data set, alias, scored checkpoint and thing heard, so that an input writes what it changes. Keys are {@code
 * policy/}, {@code dataset/}, {@code alias/}, {@code score/} and {@code heard/} with a name; values are versioned JSON.
 */
public final class TriggerBoardStore {
    private static final int VERSION = 1;
    private static final String POLICY = "policy/";
    private static final String DATASET = "dataset/";
    private static final String ALIAS = "alias/";
    private static final String SCORE = "score/";
    private static final String HEARD = "heard/";

    private final ObjectMapper mapper = StateMapper.create();

    /** Entries of a store while the board is read from them. */
    public final class Reading {
        private final Map<String, PolicyState> policies = new LinkedHashMap<>();
        private final Map<String, DatasetFacts> datasets = new LinkedHashMap<>();
        private final Map<String, CheckpointId> aliases = new LinkedHashMap<>();
        private final Map<String, FirstScores> scores = new LinkedHashMap<>();
        private final Map<String, Instant> heard = new LinkedHashMap<>();

        private Reading() {}

        /**
         * Takes one entry of the store.
         *
         * @throws UnreadableStateException when it is not one of a board
         */
        public void entry(String key, byte[] value) {
            if (key.startsWith(POLICY)) {
                policies.put(key.substring(POLICY.length()), read(key, value, PolicyState.class));
            } else if (key.startsWith(DATASET)) {
                datasets.put(key.substring(DATASET.length()), read(key, value, DatasetFacts.class));
            } else if (key.startsWith(ALIAS)) {
                aliases.put(key.substring(ALIAS.length()), read(key, value, CheckpointId.class));
            } else if (key.startsWith(SCORE)) {
                scores.put(key.substring(SCORE.length()), read(key, value, FirstScores.class));
            } else if (key.startsWith(HEARD)) {
                heard.put(key.substring(HEARD.length()), read(key, value, Instant.class));
            } else {
                throw new UnreadableStateException("the trigger board has an entry '" + key
                        + "', allowed: policy/, dataset/, alias/, score/ or heard/ and a name");
            }
        }

        /** The board of all entries taken. */
        public TriggerBoard board() {
            return new TriggerBoard(policies, datasets, aliases, scores, heard);
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
    public void writeDifference(TriggerBoard before, TriggerBoard after, BiConsumer<String, byte[]> put) {
        difference(POLICY, before.policies(), after.policies(), put);
        difference(DATASET, before.datasets(), after.datasets(), put);
        difference(ALIAS, before.aliases(), after.aliases(), put);
        difference(SCORE, before.scores(), after.scores(), put);
        difference(HEARD, before.heard(), after.heard(), put);
    }

    private <V> void difference(
            String prefix, Map<String, V> before, Map<String, V> after, BiConsumer<String, byte[]> put) {
        before.keySet().stream().filter(key -> !after.containsKey(key)).forEach(key -> put.accept(prefix + key, null));
        after.forEach((key, value) -> {
            V old = before.get(key);
            // Most values are the very same object: an input changes one policy.
            if (old != value && !value.equals(old)) {
                put.accept(prefix + key, write(value));
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
                        "the trigger board's entry " + key + " has version " + version + ", allowed: " + VERSION);
            }
            JsonNode content = root.path("is");
            if (content.isMissingNode() || content.isNull()) {
                throw new IllegalArgumentException("it has nothing for 'is'");
            }
            return mapper.treeToValue(content, type);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new UnreadableStateException(
                    "the trigger board's entry " + key + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
