package io.finemesh.scheduler.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.scheduler.promotion.AliasState;
import io.finemesh.scheduler.promotion.Candidate;
import io.finemesh.scheduler.promotion.PromotionBoard;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Promotion's board as one entry for each policy, alias, candidate and evaluation asked for. Keys are {@code policy/}, {@code alias/}, {@code candidate/} and {@code asked/} with a name; values are versioned
 * JSON. An unknown field is ignored: entries hold messages, which may get more.
 */
public final class PromotionBoardStore {
    private static final int VERSION = 1;
    private static final String POLICY = "policy/";
    private static final String ALIAS = "alias/";
    private static final String CANDIDATE = "candidate/";
    private static final String ASKED = "asked/";

    private final ObjectMapper mapper = WireMapper.create();

    /** Entries of a store while the board is read from them. */
    public final class Reading {
        private final Map<String, PolicyDefined> policies = new LinkedHashMap<>();
        private final Map<String, AliasState> aliases = new LinkedHashMap<>();
        private final Map<String, Candidate> candidates = new LinkedHashMap<>();
        private final Map<String, CheckpointId> asked = new LinkedHashMap<>();

        private Reading() {}

        /**
         * Takes one entry of the store.
         *
         * @throws UnreadableStateException when it is not one of a board
         */
        public void entry(String key, byte[] value) {
            String name = key.substring(key.indexOf('/') + 1);
            switch (key.substring(0, key.indexOf('/') + 1)) {
                case POLICY -> policies.put(name, read(key, value, PolicyDefined.class));
                case ALIAS -> aliases.put(name, read(key, value, AliasState.class));
                case CANDIDATE -> candidates.put(name, read(key, value, Candidate.class));
                case ASKED -> asked.put(name, read(key, value, CheckpointId.class));
                default ->
                    throw new UnreadableStateException("the promotion board has an entry '" + key
                            + "', allowed: policy/, alias/, candidate/ or asked/ and a name");
            }
        }

        /** The board of all entries taken. */
        public PromotionBoard board() {
            return new PromotionBoard(policies, aliases, candidates, asked);
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
    public void writeDifference(PromotionBoard before, PromotionBoard after, BiConsumer<String, byte[]> put) {
        difference(POLICY, before.policies(), after.policies(), put);
        difference(ALIAS, before.aliases(), after.aliases(), put);
        difference(CANDIDATE, before.candidates(), after.candidates(), put);
        difference(ASKED, before.asked(), after.asked(), put);
    }

    private <V> void difference(
            String prefix, Map<String, V> before, Map<String, V> after, BiConsumer<String, byte[]> put) {
        before.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .forEach(name -> put.accept(prefix + name, null));
        after.forEach((name, value) -> {
            if (!value.equals(before.get(name))) {
                put.accept(prefix + name, write(value));
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
                        "the promotion board's entry " + key + " has version " + version + ", allowed: " + VERSION);
            }
            return mapper.treeToValue(root.path("is"), type);
        } catch (IOException | IllegalArgumentException | NullPointerException unreadable) {
            throw new UnreadableStateException(
                    "the promotion board's entry " + key + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
