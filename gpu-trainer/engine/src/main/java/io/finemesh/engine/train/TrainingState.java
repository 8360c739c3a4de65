package io.finemesh.engine.train;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.CanonicalJson;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.data.CursorState;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything besides the weights that another process needs to continue as if nothing had happened, bit for bit. Data order, block order and learning rate
 * are computed from seed and step, so their position is the step.
 *
 * @param method id of the method
 * @param seed of the run
 * @param totalSteps of the run
 * @param nextStep first step not done
 * @param skippedSteps steps so far that updated nothing
 * @param block id of the block being visited; absent at the boundary between visits, where no optimizer state exists
 * @param updates made with the saved moments; bias correction depends on it
 * @param data which samples in which order the steps mean
 * @param tensors moments ({@code first_moment.<weight>}, {@code second_moment.<weight>}) and, where weights are held in fewer bits, master weights
 *     ({@code master.<weight>}), all 32-bit floats
 */
public record TrainingState(
        String method,
        long seed,
        long totalSteps,
        long nextStep,
        long skippedSteps,
        Optional<String> block,
        long updates,
        Optional<CursorState> data,
        List<TensorData> tensors) {
    private static final long FORMAT = 1;
    private static final Set<String> FIELDS =
            Set.of("format", "method", "seed", "totalSteps", "nextStep", "skippedSteps", "block", "updates", "data");
    private static final Set<String> DATA_FIELDS =
            Set.of("seed", "batchSize", "tokensPerRow", "samples", "fingerprint");

    public TrainingState {
        Objects.requireNonNull(method, "method is null");
        Objects.requireNonNull(block, "block is null");
        tensors = List.copyOf(tensors);
        if (nextStep < 0 || nextStep > totalSteps || skippedSteps < 0 || updates < 0) {
            throw new IllegalArgumentException("a training state cannot be at step " + nextStep + " of " + totalSteps
                    + " with " + updates + " updates and " + skippedSteps + " skipped steps");
        }
    }

    /** The fields other than tensors as canonical JSON: equal states give equal text. */
    public String cursorJson() {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("format", FORMAT);
        fields.put("method", method);
        fields.put("seed", seed);
        fields.put("totalSteps", totalSteps);
        fields.put("nextStep", nextStep);
        fields.put("skippedSteps", skippedSteps);
        fields.put("updates", updates);
        block.ifPresent(id -> fields.put("block", id));
        data.ifPresent(cursor -> fields.put(
                "data",
                Map.of(
                        "seed", cursor.seed(),
                        "batchSize", cursor.batchSize(),
                        "tokensPerRow", cursor.tokensPerRow(),
                        "samples", cursor.samples(),
                        "fingerprint", Long.toHexString(cursor.fingerprint()))));
        return new String(CanonicalJson.bytes(fields), StandardCharsets.UTF_8).strip();
    }

    /**
     * Puts a state together again.
     *
     * @param cursorJson as {@link #cursorJson} gave it
     * @param tensors as saved beside it
     * @throws IllegalArgumentException if the text is not such a state, or is of a later version
     */
    public static TrainingState of(String cursorJson, List<TensorData> tensors) {
        JsonNode fields;
        try {
            fields = StrictJson.object(cursorJson.getBytes(StandardCharsets.UTF_8));
        } catch (JsonException e) {
            throw new IllegalArgumentException("the training state is unreadable: " + e.getMessage(), e);
        }
        requireKnown(fields, FIELDS);
        if (number(fields, "format") != FORMAT) {
            throw new IllegalArgumentException("the training state is of format " + fields.path("format")
                    + "; this version reads format " + FORMAT);
        }
        long nextStep = number(fields, "nextStep");
        return new TrainingState(
                text(fields, "method"),
                number(fields, "seed"),
                number(fields, "totalSteps"),
                nextStep,
                number(fields, "skippedSteps"),
                fields.has("block") ? Optional.of(text(fields, "block")) : Optional.empty(),
                number(fields, "updates"),
                fields.has("data") ? Optional.of(cursor(fields.get("data"), nextStep)) : Optional.empty(),
                tensors);
    }

    private static CursorState cursor(JsonNode fields, long nextStep) {
        requireKnown(fields, DATA_FIELDS);
        return new CursorState(
                nextStep,
                number(fields, "seed"),
                Math.toIntExact(number(fields, "batchSize")),
                Math.toIntExact(number(fields, "tokensPerRow")),
                Math.toIntExact(number(fields, "samples")),
                Long.parseUnsignedLong(text(fields, "fingerprint"), 16));
    }

    private static void requireKnown(JsonNode fields, Set<String> known) {
        Set<String> unknown = new TreeSet<>();
        fields.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("the training state has unknown fields " + unknown + "; known are "
                    + new TreeSet<>(known) + "; it was written by a later version");
        }
    }

    private static long number(JsonNode fields, String name) {
        JsonNode value = fields.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException(
                    "field " + name + " of a training state must be a whole number, found " + value);
        }
        return value.longValue();
    }

    private static String text(JsonNode fields, String name) {
        JsonNode value = fields.path(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("field " + name + " of a training state must be text, found " + value);
        }
        return value.textValue();
    }

    /** The saved tensors by name. */
    TensorSource source() {
        Map<String, TensorData> byName = new LinkedHashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        return new TensorSource() {
            @Override
            public List<TensorInfo> tensors() {
                return byName.values().stream().map(this::info).toList();
            }

            @Override
            public Optional<TensorInfo> find(String name) {
                return Optional.ofNullable(byName.get(name)).map(this::info);
            }

            @Override
            public MemorySegment bytes(String name) {
                TensorData tensor = byName.get(name);
                if (tensor == null) {
                    throw new IllegalArgumentException("the training state has no tensor " + name);
                }
                return tensor.bytes();
            }

            private TensorInfo info(TensorData tensor) {
                return new TensorInfo(
                        tensor.name(),
                        tensor.dtype(),
                        tensor.shape(),
                        0,
                        tensor.bytes().byteSize());
            }
        };
    }
}
