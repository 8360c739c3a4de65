package io.finemesh.scheduler.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.scheduler.lifecycle.RunState;
import java.io.IOException;
import java.util.Map;

/**
 * A run's state as JSON: {@code {"version":1,"state":"training","is":{...}}}. The names of states never change; the version grows when
 * a form changes, and every older version stays readable.
 */
public final class RunStateCodec {
    private static final int VERSION = 1;

    static final Map<String, Class<? extends RunState>> NAMES = Map.of(
            "awaiting-trainer", RunState.AwaitingTrainer.class,
            "training", RunState.Training.class,
            "committing", RunState.Committing.class,
            "resting", RunState.Resting.class,
            "evaluating", RunState.Evaluating.class,
            "completed", RunState.Completed.class,
            "failed", RunState.Failed.class,
            "cancelled", RunState.Cancelled.class,
            "rejected", RunState.Rejected.class);

    private final ObjectMapper mapper = StateMapper.create();

    /** The bytes of a state. A run that is absent has none. */
    public byte[] encode(RunState state) {
        ObjectNode root = mapper.createObjectNode();
        root.put("version", VERSION);
        root.put("state", name(state));
        root.set("is", mapper.valueToTree(state));
        try {
            return mapper.writeValueAsBytes(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a state that JSON cannot express: " + state, impossible);
        }
    }

    /**
     * The state in some bytes; no bytes are a run that is absent.
     *
     * @throws UnreadableStateException when these are not the bytes of a state
     */
    public RunState decode(byte[] bytes) {
        if (bytes == null) {
            return new RunState.Absent();
        }
        try {
            JsonNode root = mapper.readTree(bytes);
            int version = root.path("version").asInt(0);
            if (version != VERSION) {
                throw new UnreadableStateException("a run's state has version " + version + ", allowed: " + VERSION);
            }
            String name = root.path("state").asText();
            Class<? extends RunState> type = NAMES.get(name);
            if (type == null) {
                throw new UnreadableStateException("a run is in state '" + name + "', allowed: " + NAMES.keySet());
            }
            return mapper.treeToValue(StateMapper.content(root), type);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new UnreadableStateException("a run's state cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static String name(RunState state) {
        return NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(state.getClass()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(state.getClass().getSimpleName() + " is no state that is stored"));
    }
}
